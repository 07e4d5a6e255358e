/** The size of what ships. */
import { VSIX_LIMIT } from '../../../scripts/package.mjs';
import type { Case } from '../types';

export const vsix: Case = {
  name: 'vsix',
  async run(bench, tell) {
    const { bytes } = await bench.shipped();
    tell({ name: 'vsix', value: bytes, unit: 'bytes', limit: { most: VSIX_LIMIT, of: 'value' } });
  },
};
