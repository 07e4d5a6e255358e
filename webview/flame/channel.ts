/** The page's channel to its host. */
import type { FlameReplies, FromFlamePage, ToFlamePage } from '../../src/protocol/flame';
import type { Channel } from '../shared/channel';

export type FlameChannel = Channel<ToFlamePage, FromFlamePage, FlameReplies>;
