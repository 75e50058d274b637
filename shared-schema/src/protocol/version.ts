/** Version of the log's record layout (see log/record.ts). A reader refuses a higher one by name. */
export const LOG_FORMAT_VERSION = 1;

/** Version of what client and server say to each other beside Colyseus (see delivery/wire.ts). Another one is refused by name. */
export const PROTOCOL_VERSION = 1;
