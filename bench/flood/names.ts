/** Names of the rooms of the flood bench, for whoever needs no more of them. */
export const PLAYED = "played";
export const SMALL = "small";
