/** What a panel's or station's numbers are; the pages' formatter words them. The shape that src/protocol knows as Unit. */
export type Unit = 'none' | 'seconds' | 'bytes' | 'perSecond' | 'percent' | 'cores' | 'count';
