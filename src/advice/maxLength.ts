/** Files above this are not read: 5 MB, in UTF-16 code units. They are generated; nobody tunes by hand in them. */
export const MAX_LENGTH = 5_000_000;
