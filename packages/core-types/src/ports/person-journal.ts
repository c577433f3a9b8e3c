/** An account of a human on a platform, by the platform's own id. `account`: on that one of our accounts only; empty: on each. */
export interface LinkAddress {
  readonly channel: string;
  readonly account: string;
  readonly externalId: string;
}
/** A human whose accounts the owner joined. */
export interface LinkedPerson {
  readonly personId: string;
  readonly label: string;
  readonly links: readonly PersonLink[];
}
export interface PersonLink extends LinkAddress {
  /** Said in the configuration, which alone takes it back. */
  readonly configured: boolean;
  /** The name as last stated by the platform, of an account that was seen. */
  readonly name: string | undefined;
}

/**
 * The owner's word on who is who. Part of `Journal`, whose contract holds for each method. A link lets nobody in: access stays
 * with each account. It holds for accounts that have not been seen yet, and taken back each is again who it was before.
 */
export interface PersonJournal {
  /** Joins an account to the person of that label, who is made on first use. Audited. Throws `person.linked` where it is joined to another person. */
  linkPerson(input: {
    label: string;
    address: LinkAddress;
    by: string;
  }): Promise<{ person: LinkedPerson }>;
  /** False where there is no such link. Audited. Throws `person.configured`. */
  unlinkPerson(input: { address: LinkAddress; by: string }): Promise<boolean>;
  /** Makes the configured links be these, over any others. Returns how many changed. Audited where any did. */
  syncPersons(input: {
    persons: readonly { readonly label: string; readonly addresses: readonly LinkAddress[] }[];
  }): Promise<{ changed: number }>;
}

export interface PersonReader {
  /** By label. `after` is the label of the last of the page before. */
  listPersons(input: {
    limit: number;
    after?: string | undefined;
  }): Promise<readonly LinkedPerson[]>;
}
