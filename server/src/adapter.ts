/**
 * Everything this package uses of Colyseus that its documentation does not promise: the files of `adapter/`. Each piece has a contract test of the
 * same name in `server/test/adapter*.test.ts`, so an upgrade that breaks one says which.
 *
 *  TapSerializer   `Room.state = …` calls `setSerializer`; `SchemaSerializer.encoder` is protected and may change its class
 *  AllSeeingView   visibility is asked through four StateView methods and nothing else
 *  HiddenChangesView  a tree's `encDescriptor` lists its view tags, `isFiltered` says that all of it is hidden
 *  TapEncoder.compared  `root.changes` lists the trees a patch is made of, `root.add` is called for each instance put into a
 *                  tree (log/mirror.ts says what it is for)
 *  TapSerializer.getFullState  `fullEncodeCache` is the whole state without hidden fields; `fullEncodeBuffer` has to begin with its bytes
 *                  when a view's are encoded behind them
 *  TreeTap         a view pass of `Encoder.encode` right after the shared pass, before `discardChanges`, holds the rest
 *  useMonotonicTime  `clock.now` is an own field, read at every tick
 *  StepClock       `room.clock` may be replaced before the room is initialised; nobody but `tick()` moves it
 *  stopPatchTimer, advertisePatchRate  `room.patchRate` sets a timer when assigned, and is read when a client joins
 *  Rewind.get      one per room; a record made by hand for a patch's time stands for Colyseus's own, whose ring would be
 *                  sized by the patch timer that was taken out
 *  releaseReservedSeats  `_reservedSeats` holds [options, auth, taken, held for a dropped player] by session; a room does not
 *                  end while one is left in it, nor while `_autoDisposeTimeout`, set anew by each of them, is there
 *  awaitedIn       a promised seat is in there before the room's row counts it
 *  isPromised      the same of one session
 *  listMatch       what stands in `_listing` beside Colyseus's own fields goes to the driver with them
 *  onDiscarded     a room that may not be recorded says "dispose" of itself, and was never among the matchmaker's own
 *  reserveAfter    whoever wants a seat in a room calls its `_reserveSeat`, from this process or another one, and waits for it
 *  reserveIf       its fifth argument says that the seat is held for who was dropped; false is what it says of a full room
 *  beforeItIsIn    a client is JOINED when `getFullState` is called for it, and what is said to one that is JOINING waits behind that
 *  endStaleConnection  `hasReservedSeat` is asked when a socket opens; `checkReconnectionToken` drops a client that still has that
 *                  token, but leaves its socket open
 *  readTokensBy    a connection that may come in is handed to the room's `_onJoin` in the same turn, with the token it came with; by
 *                  what stands there `_reconnections` is looked up
 *  endSession      `_onLeave` lets a player go with the code it is given, and is called by a socket's `onleave`; a held seat is given up when
 *                  what waits in `_reconnections` is rejected
 *  holdSeat        `allowReconnection(client, "manual")` waits until its promise is rejected, and refuses a client that still
 *                  has `_enqueuedMessages`: one that has not answered JOIN_ROOM
 *  giveUpSeat      `_reconnections` has [session, promise] by token for each seat that is held, and a promise that is rejected frees it
 *  admitAccounts (auth/admission.ts)  a static `onAuth` is asked of the class that was registered, with the context that matchmaking was
 *                  given; whether the instance's is asked, too, is seen by `constructor.onAuth`
 *  unconfirmedFrames  the same field holds what is said to a client before that answer
 *  TapSerializer.applyPatches  whoever is left out of the clients it is given, and gets `getFullState` after it, has the live state;
 *                  `view.changes` holds only what a view's next patch brings besides the changes, and nothing of it is lost in a whole state
 *  rebuilt         an instance that has a `$refId` keeps it when it is put into a tree, `Root` takes the first id it gives out, and
 *                  `Schema.initialize` makes an instance that can be changed without running a constructor; a map's `journal` and a
 *                  set's `$refId` say which place the next entry gets
 *  plainOf, carriedOver  a class's metadata lists its fields by their places, with name and type
 *  seatGhost       a client is what has these fields; a seat reserved under a session id of ours is taken by `connectClientToRoom`, and
 *                  a "close" of its `ref` is a drop
 *  listingOf       `_listing` has what matchmaking reads of a room, `_lockedExplicitly` who locked it
 *  inputShapeOf    `_inputController` has the class of a room's inputs, `_timelineMode` says how they are stamped, and the decoder reads
 *                  fields as their types in the metadata say
 *  wrapTimers      a clock's `setTimeout` and `setInterval` may be replaced, and are called as its own fields
 *  wrapPresence    `room.presence` is assigned once, after the constructor, and calls who has subscribed in the turn of who publishes
 *  isRequest       the last argument of a handler has an `id` where an answer is waited for; a throw of `onUncaughtException` is one
 *  useLogger       the logger is taken from the options of `new Server(...)`
 */
export { type Callback, isRequest, wrapPresence, wrapTimers } from "./adapter/callbacks.ts";
export { isGhost, seatGhost } from "./adapter/ghosts.ts";
export { type FieldKind, inputFields, type InputShape, inputShapeOf, roomHere } from "./adapter/inputs.ts";
export {
  awaitedIn,
  beforeItIsIn,
  closeToNewcomers,
  endSession,
  endStaleConnection,
  giveUpSeat,
  type HeldSeat,
  holdSeat,
  isConfirmed,
  isHeld,
  isPromised,
  listAs,
  type Listing,
  listingOf,
  listMatch,
  onDiscarded,
  persistListing,
  readTokensBy,
  releaseReservedSeats,
  reserveAfter,
  reserveIf,
  reserveSeat,
  rowOf,
  stampListing,
  unconfirmedFrames,
  useLogger,
  wasDiscarded,
} from "./adapter/rooms.ts";
export { carriedOver, plainOf } from "./adapter/plain.ts";
export { rebuilt, succeeding } from "./adapter/rebuild.ts";
export { TreeTap } from "./adapter/tap-encoder.ts";
export type { TreeBytes } from "./log/mirror.ts";
export { TapSerializer } from "./adapter/tap-serializer.ts";
export { advertisePatchRate, StepClock, stopPatchTimer, useMonotonicTime } from "./adapter/time.ts";
