import type { TokenRequestForm } from './token-endpoint.ts';

/** Where a browser comes back to, on this machine. https://www.rfc-editor.org/rfc/rfc8252#section-7.3 */
export interface LoopbackRedirect {
  readonly host: '127.0.0.1' | 'localhost';
  /** 0: any that is free. */
  readonly port: number;
  readonly path: string;
}

/** A login as data: how a person lets this gateway use an account, and what is then sent. */
export interface LoginDefinition {
  readonly id: string;
  readonly title: string;
  /**
   * `browser`: the browser comes back to this machine. `paste`: a page shows a code that is copied. `device`: a code is typed into a
   * page on any device.
   */
  readonly flow: 'browser' | 'paste' | 'device';
  /** The kind of provider that it is used for, where there is one. */
  readonly kind?: string;
  /** A model of that kind that such an account has and that calls tools well. */
  readonly model?: string;
  readonly authorizeUrl?: string;
  readonly deviceUrl?: string;
  readonly tokenUrl: string;
  /** Takes what the token endpoint gave for what is sent to the models. */
  readonly exchangeUrl?: string;
  readonly exchange?: 'openai-key' | 'copilot-session';
  /** `key`: one code for one key that lasts, as OpenRouter does it. Default: OAuth 2.0. */
  readonly grant?: 'oauth' | 'key';
  readonly form?: TokenRequestForm;
  readonly redirect?: LoopbackRedirect;
  /** The page that shows the code, for `paste`. */
  readonly redirectUrl?: string;
  /** `needed`: the service knows programs by an id that is registered there, and documents none for programs like this one. */
  readonly clientId: 'needed' | 'none';
  readonly scopes: readonly string[];
  /** Added to the address that the browser opens. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Sent with every request to the models, after what the header says already. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names the account in requests to the models. */
  readonly accountHeader?: string;
  /** Where a key comes from by custom: one that is set goes before a login. */
  readonly keyVariable?: string;
  /** Where its facts are written down; `undocumented` where the service itself does not. */
  readonly source: string;
  readonly status: 'documented' | 'undocumented';
}
