import type { Style } from './rich-text.ts';

/** A piece of a line: a mark that opens or closes a style, or what stands between marks. */
export interface MarkToken {
  readonly kind: 'open' | 'close' | 'words';
  readonly text: string;
}

/** Where words stand. Beside them are marks, pieces or the line's ends. */
export interface Surroundings {
  /** Nothing but white space and the markers of lists is before them in their line. */
  readonly opensLine: boolean;
  /** Their line as people read it, and the marks and pieces that are written in it. */
  readonly line: string;
  readonly marks: string;
}

/** How a platform writes styles by marks around words. No style reaches over a line's end. */
export interface MarkSyntax {
  /** What opens and closes an inline style before `after`; undefined where the platform has no such style. */
  mark(style: Style, after: string): string | undefined;
  /** What makes a heading of a line; where undefined, it is marked like words. */
  heading?(level: number): string | undefined;
  /** What stands before an item of a list, from the marker people read. */
  marker?(marker: string): string;
  /** Words that are read as they are. */
  escape(words: string, around: Surroundings): string;
  /** A bare address, which the platform links by itself. */
  address(url: string): string;
  /** Undefined where these words cannot be written as code. */
  code(words: string): string | undefined;
  fence(words: string, language: string): string;
  link?(words: string, url: string): string;
  /** What must stand between two pieces so that both are read as they are meant. */
  between(left: MarkToken, right: MarkToken): string;
}

/** Seen by no one, and no letter: a mark beside it is a mark. */
export const zeroWidth = '\u200B';
