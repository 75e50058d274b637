/** A row of the table of codes (codes.ts). */
export interface CodeRow {
  readonly code: number;
  /** Who sends it: the server to a client, the client to its own app, or the host to its operator. */
  readonly sender: "server" | "client" | "host";
  readonly recoverable: boolean;
  /** What the reader should do, one sentence. */
  readonly action: string;
}
