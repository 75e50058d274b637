/** All rows of the matrix, in the order of their ids. */
import type { Row } from "./row.ts";
import { FRAMES } from "./rows/frames.ts";
import { HTTP } from "./rows/http.ts";
import { READERS } from "./rows/readers.ts";
import { FORGED, SEATS } from "./rows/seats.ts";
import { TRANSPORT, WORDLESS } from "./rows/transport.ts";
import { FOREIGN_CALLS, THROWING, TOKENS } from "./rows/trust.ts";

export const ROWS: readonly Row[] = [
  ...READERS,
  ...SEATS,
  ...FRAMES,
  ...TRANSPORT,
  ...HTTP,
  WORDLESS,
  THROWING,
  TOKENS,
  FORGED,
  FOREIGN_CALLS,
];
