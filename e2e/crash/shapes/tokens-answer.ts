const words =
  'the quick brown fox jumps over a lazy dog while seven wizards quietly boil green tea near an old stone bridge'.split(
    ' ',
  );

/** What the echo script answers to `[[tokens=]]`. */
export function tokensAnswer(id: string, count: number): string {
  const said = Array.from({ length: count }, (_, index) => words[index % words.length]);
  return `(id=${id}) ${said.join(' ')}`;
}
