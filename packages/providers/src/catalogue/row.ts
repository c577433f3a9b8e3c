import type { ModelFacts } from '@cuttle/core-types/ports';

/** A model as the catalogue keeps it. */
export interface CatalogueRow extends Omit<ModelFacts, 'asOf'> {
  /** Other ids of the same model. */
  readonly aliases?: readonly string[] | undefined;
  readonly source: string;
}

/** The models of one service, and the address they are sold at: the same name elsewhere has another price. */
export interface KindRow {
  readonly address: string;
  readonly models: readonly CatalogueRow[];
}
