import { findEntities } from './find-entities.ts';
import { type ParsedText, type RawEntity, type RawEntityType, sortEntities } from './raw-entity.ts';

/**
 * What the server does to a parsed text before it stores it: control characters become spaces, `\r` and vertical
 * marks go, outer whitespace is trimmed, entities are made disjoint or nested, and its own findings are added.
 * The result's text is empty where nothing visible is left.
 */
export function normalizeText(parsed: ParsedText): ParsedText {
  const cleaned = clean(parsed);
  const trimmed = trim({
    text: cleaned.text,
    entities: shrink(cleaned.text, untangle(cleaned.entities)),
  });
  const merged = addFound(trimmed);
  return { text: trimmed.text, entities: limitEntities(shrink(trimmed.text, merged)) };
}

// Line and paragraph separators, direction marks and combining lines that would draw over other messages.
const removed = /[\r\u2028-\u202E]|\u0333|\u033F|\u030A/;
// oxlint-disable-next-line no-control-regex -- the server replaces exactly these
const blanked = /[\u0000-\u0009\u000B\u000C\u000E-\u001F]/;

function clean({ text, entities }: ParsedText): ParsedText {
  const kept: number[] = [];
  let result = '';
  for (const character of text.split('')) {
    kept.push(result.length);
    if (removed.test(character)) continue;
    result += blanked.test(character) ? ' ' : character;
  }
  kept.push(result.length);
  const moved = entities.map((entity) => {
    const offset = kept[Math.min(entity.offset, text.length)] ?? 0;
    return {
      ...entity,
      offset,
      length: (kept[Math.min(entity.offset + entity.length, text.length)] ?? 0) - offset,
    };
  });
  return { text: result, entities: moved.filter(({ length }) => length > 0) };
}

const splittable: ReadonlySet<RawEntityType> = new Set([
  'Bold',
  'Italic',
  'Underline',
  'Strikethrough',
  'Spoiler',
]);
const quotes: ReadonlySet<RawEntityType> = new Set(['BlockQuote', 'ExpandableBlockQuote']);
const code: ReadonlySet<RawEntityType> = new Set(['Code', 'Pre', 'PreCode']);

/** Code holds nothing, links hold only styles, quotations are not nested; of two that cross the first stays. */
function untangle(entities: readonly RawEntity[]): RawEntity[] {
  const sorted = sortEntities(entities);
  const rigid: RawEntity[] = [];
  for (const entity of sorted) {
    if (splittable.has(entity.type)) continue;
    if (rigid.every((other) => canStandWith(other, entity))) rigid.push(entity);
  }
  const blocks = rigid.filter(({ type }) => code.has(type));
  const styles = sorted
    .filter(({ type }) => splittable.has(type))
    .flatMap((entity) => without(entity, blocks));
  return sortEntities([...rigid, ...mergeSame(styles)]);
}

function canStandWith(first: RawEntity, second: RawEntity): boolean {
  const end = first.offset + first.length;
  if (second.offset >= end) return true;
  const inside = second.offset + second.length <= end;
  return inside && quotes.has(first.type) && !quotes.has(second.type);
}

function without(entity: RawEntity, holes: readonly RawEntity[]): RawEntity[] {
  let pieces = [entity];
  for (const hole of holes) {
    pieces = pieces.flatMap((piece) => {
      const end = piece.offset + piece.length;
      const holeEnd = hole.offset + hole.length;
      if (hole.offset >= end || holeEnd <= piece.offset) return [piece];
      return [
        { ...piece, length: hole.offset - piece.offset },
        { ...piece, offset: holeEnd, length: end - holeEnd },
      ].filter(({ length }) => length > 0);
    });
  }
  return pieces;
}

function mergeSame(styles: readonly RawEntity[]): RawEntity[] {
  const result: RawEntity[] = [];
  for (const entity of sortEntities(styles)) {
    const index = result.findLastIndex(({ type }) => type === entity.type);
    const last = result[index];
    const end = entity.offset + entity.length;
    if (last === undefined || last.offset + last.length < entity.offset) result.push(entity);
    else result[index] = { ...last, length: Math.max(last.length, end - last.offset) };
  }
  return result;
}

/** Entities do not begin with whitespace, and one that holds nothing else goes. */
function shrink(text: string, entities: readonly RawEntity[]): RawEntity[] {
  return entities.flatMap((entity) => {
    const content = text.slice(entity.offset, entity.offset + entity.length);
    const lead = content.length - content.replace(/^[ \n]+/, '').length;
    if (lead === content.length) return [];
    return [{ ...entity, offset: entity.offset + lead, length: entity.length - lead }];
  });
}

function trim({ text, entities }: ParsedText): ParsedText {
  const end = text.replace(/[ \n]+$/, '').length;
  const first = entities[0]?.offset ?? text.length;
  const begin = Math.min(first, end - text.slice(0, end).replace(/^[ \n]+/, '').length);
  return {
    text: text.slice(begin, end),
    entities: entities
      .map((entity) => ({
        ...entity,
        offset: entity.offset - begin,
        length: Math.min(entity.offset + entity.length, end) - entity.offset,
      }))
      .filter(({ length }) => length > 0),
  };
}

function addFound({ text, entities }: ParsedText): RawEntity[] {
  const rigid = entities.filter(({ type }) => !splittable.has(type));
  const found = findEntities(text).filter((entity) =>
    rigid.every((other) => canStandWith(other, entity) && canStandWith(entity, other)),
  );
  return sortEntities([...entities, ...found]);
}

/** The server keeps the first hundred entities a bot asked for and drops the rest without a word. */
function limitEntities(entities: readonly RawEntity[]): RawEntity[] {
  const styled = entities.filter(({ type }) => splittable.has(type));
  const rigid = entities.filter(({ type }) => !splittable.has(type));
  return sortEntities([
    ...rigid.slice(0, 100),
    ...styled.slice(0, Math.max(0, 100 - rigid.length)),
  ]);
}
