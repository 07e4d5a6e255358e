import { expect, it } from 'vitest';
import { rememberedSeconds } from '../../../../src/app/captures/seconds';

it('keeps the seconds that were typed until the setting changes', () => {
  expect(rememberedSeconds({ seconds: 5, setting: 30 }, 30)).toBe(5);
  expect(rememberedSeconds({ seconds: 5, setting: 30 }, 60)).toBe(60);
  for (const other of [undefined, null, 7, 'x', {}]) expect(rememberedSeconds(other, 30)).toBe(30);
});
