/** The texts about growth. Pure. */
import { count, digits, duration, grouped } from '../../src/base/format';
import type { GoroutineDump, GoroutineGroup } from '../../src/profile/types';
import type { Growth, Stuck } from '../../src/protocol/goroutines';
import { poolName } from './words';
import { shortName, signed, summaryOf, waited } from './model';

/** "+25", "−0.4"; as precise as a comparison needs. */
export function perMinute(change: number, minutes: number): string {
  const rate = change / minutes;
  return `${rate > 0 ? '+' : '−'}${digits(Math.abs(rate))}`;
}

/** The verdict's claim and its evidence; undefined without a verdict. */
export function verdictWords(growth: Growth): { readonly claim: string; readonly evidence: string } | undefined {
  const { verdict, minutes } = growth;
  const stack = verdict && growth.stacks[verdict.stack];
  if (!stack) return undefined;
  const where = shortName(summaryOf(stack.stack, [])[0]?.name ?? 'an unknown function');
  const pace = minutes === undefined ? '' : `, ${perMinute(stack.change, minutes)} a minute`;
  const from = stack.createdBy ? `, started by ${shortName(stack.createdBy.name)}` : '';
  const claim =
    `${verdict.leak === undefined ? '' : 'A leak: '}${signed(stack.change)} goroutines stand in ` +
    `${where}${from}${pace}.`;
  const [first = 0] = stack.counts;
  const total = growth.stacks.reduce((n, s) => n + Math.max(0, s.change), 0);
  switch (verdict.leak) {
    case 'rises':
      return {
        claim,
        evidence:
          `There are more in each of ${count(stack.counts.length - 1, 'interval')}: ` +
          `${stack.counts.map(grouped).join(', ')}.${stack.ended === 0 && first > 0 ? ` None of the first ${grouped(first)} has ended.` : ''}`,
      };
    case 'none ended':
      return { claim, evidence: `None of the ${grouped(first)} that were there has ended.` };
    case undefined:
      return {
        claim,
        evidence:
          `That is ${grouped(stack.change)} of ${count(total, 'goroutine')} that came. A third dump tells a leak ` +
          'from load.',
      };
  }
}

/** "Worker of widget, goroutine 81". */
export function stuckText({ ids, why, pool }: Stuck, dump: GoroutineDump): string {
  const found = pool === undefined ? undefined : dump.workers.pools[pool];
  const who = ids.length === 1 ? `goroutine ${ids[0]}` : `${grouped(ids.length)} goroutines`;
  switch (why) {
    case 'worker':
      return `${ids.length === 1 ? 'Worker' : 'Workers'} of ${found ? poolName(found) : 'a controller'}, ${who}`;
    case 'lock':
      return `For a lock, ${who}`;
    case 'send':
      return `Sends to a channel, ${who}`;
  }
}

/**
 * Claims no more than is known: the wait in whole minutes if it covers the whole time, otherwise that the goroutines
 * were seen there.
 */
export function lasted({ still }: Stuck, group: GoroutineGroup, growth: Growth): string {
  const wait = waited(group);
  if (still) return `${wait} without a move`;
  const seen =
    growth.minutes === undefined
      ? `in ${count(growth.totals.length, 'dump')}`
      : `${duration(growth.minutes * 60e9)} apart`;
  return `seen ${seen}${group.minutes > 0 ? `, waits ${wait}` : ''}`;
}
