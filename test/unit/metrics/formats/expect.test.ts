import { describe, expect, it } from 'vitest';
import { isExposition } from '../../../../src/metrics/formats/expect';

const typed = `# HELP workqueue_depth Current depth of workqueue
# TYPE workqueue_depth gauge
workqueue_depth{name="volumes"} 12
`;

describe('isExposition', () => {
  it('knows it by what is in it', () => {
    for (const text of [typed, 'up 1', '# TYPE x gauge\n', '# EOF\n']) expect(isExposition(text), text).toBe(true);
    for (const text of [
      '',
      'ok',
      'Unauthorized\n',
      'hello world\n',
      '<html>',
      '[1, 2]',
      '# a heading\nsome words here\n',
    ])
      expect(isExposition(text), text).toBe(false);
  });
});
