/** The text is not JSON5 at `offset`. Its caller knows the file and makes a `config.syntax` of it. */
export class Json5Failure extends Error {
  override readonly name = 'Json5Failure';
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
