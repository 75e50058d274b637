/** What there may be of topics, and how long it is kept: a part of LIMITS (limits.ts). */
export const TOPIC_LIMITS = {
  /** Topics a room type may declare, levels and characters of a topic's name. More: the type, or the request, is refused. */
  topicNames: 64,
  topicLevels: 8,
  topicChars: 120,
  /** Messages kept of each concrete topic: default and maximum; and their bytes, packed. The oldest go: a gap for late readers. */
  topicHistory: 50,
  topicHistoryMax: 500,
  topicHistoryBytes: 128 * 1024,
  /** Concrete topics of a room, and topics of the host a process keeps in mind. At the room's cap a new one is TOPIC_REFUSED. */
  topicsPerRoom: 256,
  topicsPerProcess: 4_096,
  /** How long a topic of the host outlives its newest message, and the key of a message its sender may repeat, seconds. */
  hostTopicSeconds: 86_400,
  hostTopicKeySeconds: 3_600,
  /** Keys remembered of each topic where there is no Redis. The oldest go: nobody is left who could repeat one. */
  hostTopicKeys: 1_024,
  /** How long a session counts as a member of a topic of the host, and how often its process says so again, seconds. */
  topicMemberSeconds: 60,
  topicMemberAgainSeconds: 20,
  /** Longest wait for what the host's topics are kept in, ms. Then: TOPIC_AWAY. */
  topicBoardMs: 2_000,
  /** Patterns a session is subscribed to, watched topics included. At the cap: TOPIC_REFUSED. */
  subscriptionsPerSession: 64,
  /** Messages a client holds back for one subscription until the server has answered it. The oldest go, and are asked for again. */
  heldTopicMessages: 1_024,
} as const;
