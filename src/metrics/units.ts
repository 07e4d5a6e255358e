/** What a panel's or station's numbers are; the pages' formatter turns them into text. */
export type Unit = 'none' | 'seconds' | 'bytes' | 'perSecond' | 'percent' | 'cores' | 'count';
