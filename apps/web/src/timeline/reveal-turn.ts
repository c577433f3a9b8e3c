import type { FoundEntry } from '../app/open-session.ts';

/** The name of the words that were searched for, in the style sheet. */
const highlightName = 'found';

/** Shows the turn that a search found, with its words marked, and puts the focus on it. An answer is named by its last entry, so the first turn that is not before the wanted one holds it. */
export function reveal(box: HTMLElement | null, { seq, words }: FoundEntry): boolean {
  const turns = [...(box?.querySelectorAll<HTMLElement>('[data-seq]') ?? [])];
  const turn = turns.find((one) => Number(one.dataset['seq']) >= seq);
  if (!turn) return false;
  for (const other of turns) other.classList.remove('is-found');
  turn.classList.add('is-found');
  const ranges = findWords(turn, words);
  // Browsers without highlights mark the turn alone. https://developer.mozilla.org/docs/Web/API/CSS_Custom_Highlight_API
  if ('highlights' in CSS) CSS.highlights.set(highlightName, new Highlight(...ranges));
  const places = ranges.map(({ startContainer }) => startContainer.parentElement);
  // What the agent said comes before what it thought and called.
  const first = places.find((place) => !place?.closest('details')) ?? places[0];
  const folded = first?.closest('details');
  if (folded) folded.open = true;
  (first ?? turn).scrollIntoView({ block: 'center' });
  turn.tabIndex = -1;
  turn.focus({ preventScroll: true });
  return true;
}

/** Of a long answer; more marks say no more. */
const maxRanges = 200;

/** Where these words are, whatever their case. Words that are cut by an element, as in `a *b*`, are not found. */
function findWords(turn: HTMLElement, words: readonly string[]): readonly Range[] {
  const wanted = [...new Set(words.map((word) => word.toLowerCase()))];
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(turn, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node && ranges.length < maxRanges; node = texts.nextNode()) {
    const text = (node.textContent ?? '').toLowerCase();
    for (const word of wanted)
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        // Some letters grow or shrink with their case; there the mark is left out.
        if (at + word.length > (node.textContent?.length ?? 0)) break;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
  }
  return ranges;
}
