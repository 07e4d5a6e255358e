/** What a panel's or station's numbers are; the pages' formatter words them. */
export type Unit = 'none' | 'seconds' | 'bytes' | 'perSecond' | 'percent' | 'cores' | 'count';
