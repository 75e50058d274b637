/**
 * Protocol number of this build. It grows when a client of the other number could not be served:
 * new opcodes, another command envelope, another meaning of a code. A new field in a room type's
 * state is not a protocol change.
 */
export const PROTOCOL_VERSION = 1;

/** Version of the log's record layout (see log/record.ts). A reader refuses a higher one by name. */
export const LOG_FORMAT_VERSION = 1;
