import { withoutThoughts } from '../prompts/reply-objects.js';

/** How a reply ended, as the endpoint says. */
export interface ReplyEnd {
  finish?: 'stop' | 'length' | 'content-filter' | 'refusal' | 'broken-off' | 'other';
  /** Whether there was no content, and the text is the model's thoughts. */
  thoughtsOnly?: boolean;
}

const REFUSAL =
  /\b(I|we) (can ?not|can['’]t|am (not able|unable)|['’]m (not able|unable)|won['’]t|will not|must decline)\b|\bI['’]m (sorry|unable|not able)\b|\bas an AI\b/i;
/** A refusal stands at the beginning. */
const REFUSAL_WITHIN = 300;
const MARKDOWN = /^\s*(\|.*\||#{1,6} |[-*] |\d+\. )/m;

/** Why no row could be read from a reply: one of the names that `rejections` has for a whole reply. */
export function unreadableReason(text: string, { finish, thoughtsOnly }: ReplyEnd): string {
  if (finish === 'content-filter') return 'filtered';
  if (finish === 'refusal') return 'refused';
  const answer = withoutThoughts(text);
  if (thoughtsOnly || (answer === null && text.trim() !== '')) return 'only-thoughts';
  if (text.trim() === '') return finish === 'length' ? 'only-thoughts' : 'empty-reply';
  if (finish === 'broken-off') return 'broken-off';
  if (REFUSAL.test((answer ?? text).slice(0, REFUSAL_WITHIN))) return 'refused';
  if (finish === 'length') return 'cut-off';
  if (/[{[]\s*["'{[]/.test(text)) return 'broken-json';
  return MARKDOWN.test(text) ? 'markdown' : 'prose';
}
