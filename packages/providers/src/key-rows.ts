/** A variable that stands for an account, and what is set with it. */
export interface KeyRow {
  readonly kind: string;
  readonly variable: string;
  readonly baseUrlVariable?: string;
  /** Where the variable names a resource, and the address of the interface lies below it. */
  readonly basePath?: string;
  readonly setting: 'apiKey' | 'authToken' | 'accessKeyId';
  /** Other settings, by the variables that hold them if they are set. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Variables without which the key is of no use here. */
  readonly needs?: readonly string[];
  /** A model that every account has and that calls tools well; or the variable that names one, where every account has others. */
  readonly model: string | { readonly variable: string };
}

/** The best first. Names and base URLs are the customary ones of the services' own SDKs. */
export const keyRows: readonly KeyRow[] = [
  {
    kind: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    setting: 'apiKey',
    model: 'claude-sonnet-5-5',
  },
  {
    kind: 'anthropic',
    variable: 'ANTHROPIC_AUTH_TOKEN',
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    setting: 'authToken',
    model: 'claude-sonnet-5-5',
  },
  {
    kind: 'openai',
    variable: 'OPENAI_API_KEY',
    baseUrlVariable: 'OPENAI_BASE_URL',
    setting: 'apiKey',
    model: 'gpt-5-mini',
  },
  {
    // Names of the openai package and of Microsoft's samples; a model is asked by the name of its deployment.
    // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/chatgpt
    kind: 'azure',
    variable: 'AZURE_OPENAI_API_KEY',
    baseUrlVariable: 'AZURE_OPENAI_ENDPOINT',
    basePath: '/openai/v1',
    setting: 'apiKey',
    needs: ['AZURE_OPENAI_ENDPOINT', 'AZURE_OPENAI_DEPLOYMENT_NAME'],
    model: { variable: 'AZURE_OPENAI_DEPLOYMENT_NAME' },
  },
  {
    kind: 'gemini',
    variable: 'GEMINI_API_KEY',
    baseUrlVariable: 'GOOGLE_GEMINI_BASE_URL',
    setting: 'apiKey',
    model: 'gemini-3.5-flash',
  },
  {
    kind: 'gemini',
    variable: 'GOOGLE_API_KEY',
    baseUrlVariable: 'GOOGLE_GEMINI_BASE_URL',
    setting: 'apiKey',
    model: 'gemini-3.5-flash',
  },
  {
    kind: 'openrouter',
    variable: 'OPENROUTER_API_KEY',
    setting: 'apiKey',
    model: 'anthropic/claude-sonnet-4.5',
  },
  {
    // https://vercel.com/docs/ai-gateway/authentication
    kind: 'vercel',
    variable: 'AI_GATEWAY_API_KEY',
    setting: 'apiKey',
    model: 'anthropic/claude-sonnet-4.5',
  },
  { kind: 'xai', variable: 'XAI_API_KEY', setting: 'apiKey', model: 'grok-4' },
  { kind: 'groq', variable: 'GROQ_API_KEY', setting: 'apiKey', model: 'openai/gpt-oss-120b' },
  {
    kind: 'mistral',
    variable: 'MISTRAL_API_KEY',
    setting: 'apiKey',
    model: 'mistral-large-latest',
  },
  { kind: 'deepseek', variable: 'DEEPSEEK_API_KEY', setting: 'apiKey', model: 'deepseek-chat' },
  { kind: 'moonshot', variable: 'MOONSHOT_API_KEY', setting: 'apiKey', model: 'kimi-k2.6' },
  {
    kind: 'together',
    variable: 'TOGETHER_API_KEY',
    setting: 'apiKey',
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  },
  {
    kind: 'fireworks',
    variable: 'FIREWORKS_API_KEY',
    setting: 'apiKey',
    model: 'accounts/fireworks/models/gpt-oss-120b',
  },
  { kind: 'cerebras', variable: 'CEREBRAS_API_KEY', setting: 'apiKey', model: 'zai-glm-4.7' },
  {
    // Of the three variables that GitHub names, the one that is for Copilot alone: GH_TOKEN and GITHUB_TOKEN mostly lie
    // around for other things. https://docs.github.com/copilot/how-tos/copilot-cli/set-up-copilot-cli/authenticate-copilot-cli
    kind: 'github-copilot',
    variable: 'COPILOT_GITHUB_TOKEN',
    setting: 'apiKey',
    model: 'gpt-5-mini',
  },
  {
    kind: 'bedrock',
    variable: 'AWS_BEARER_TOKEN_BEDROCK',
    setting: 'apiKey',
    beside: { region: 'AWS_REGION' },
    model: 'global.amazon.nova-2-lite-v1:0',
  },
  {
    // Many have such keys for other things: the last of all.
    kind: 'bedrock',
    variable: 'AWS_ACCESS_KEY_ID',
    setting: 'accessKeyId',
    needs: ['AWS_SECRET_ACCESS_KEY', 'AWS_REGION'],
    beside: {
      secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
      sessionToken: 'AWS_SESSION_TOKEN',
      region: 'AWS_REGION',
    },
    model: 'global.amazon.nova-2-lite-v1:0',
  },
];
