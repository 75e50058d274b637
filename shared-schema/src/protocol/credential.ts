/**
 * How our client says its seat's token when it opens a socket: among the subprotocols it offers, the only header a browser lets it
 * write. Addresses are written into logs on the way; this header is not.
 *
 *   Sec-WebSocket-Protocol: ninelives, ninelives.token.<token, percent-encoded>
 *
 * The server takes the first one offered, so the token is not said back. A stock client says its token in the address.
 */
const NAME = "ninelives";
const TOKEN = `${NAME}.token.`;

/** What a socket is to be opened with; empty without a token. */
export function subprotocolsFor(token: string | undefined): string[] {
  if (token === undefined) return [];
  return [NAME, TOKEN + encodeURIComponent(token).replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)];
}

/** The token in such a header; undefined when there is none, or none that can be read. */
export function tokenAmong(header: string | undefined): string | undefined {
  const offered = header?.split(",").map((one) => one.trim());
  const found = offered?.find((one) => one.startsWith(TOKEN))?.slice(TOKEN.length);
  try {
    return found === undefined ? undefined : decodeURIComponent(found);
  } catch {
    return undefined;
  }
}
