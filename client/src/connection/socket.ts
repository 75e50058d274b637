/** The part of a WebSocket the client uses, so that an app (or a test) may bring its own. */
export interface ClientSocket {
  binaryType: string;
  /** 1: open. Default: it is. */
  readonly readyState?: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: Uint8Array): void;
  close(): void;
}

/**
 * Opens a connection with the subprotocols it is given; it says later that it is open, by `onopen`, or that it failed, by `onclose`. The
 * token of the seat is among the subprotocols, so that no log of addresses has it: a socket without them does not get back in.
 */
export type OpenSocket = (url: string, subprotocols: readonly string[]) => ClientSocket;

/** The platform's own. */
export const openWebSocket: OpenSocket = (url, subprotocols) => new WebSocket(url, [...subprotocols]) as ClientSocket;
