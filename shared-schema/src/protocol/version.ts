/** Version of the log's record layout (see log/record.ts). A reader refuses a higher one by name. */
export const LOG_FORMAT_VERSION = 1;
