/**
 * How secrets look. Compiled from the default rules of gitleaks (https://github.com/gitleaks/gitleaks, MIT, b58d3f102cf3) and the
 * vendors' own documents; one prefix stands for all lengths that were ever issued under it. Every pattern is linear: it starts at
 * the edge of a word and repeats one class a bounded number of times.
 */

/** Beginnings that only a secret has; at least 16 characters follow. */
const prefixes: readonly string[] = [
  // Models
  'sk-',
  'AIza',
  'gsk_',
  'xai-',
  'pplx-',
  'hf_',
  'api_org_',
  'r8_',
  'tvly-',
  'bedrock-api-key-',
  'ABSK',
  'key-',
  'fw_',
  // Messengers
  'xox[abeoprs]-',
  'xoxe\\.xox[bp]-',
  'xapp-',
  'EAA[ABCM]',
  // Clouds
  'A3T[A-Z0-9]',
  'AKIA',
  'ASIA',
  'ABIA',
  'ACCA',
  'LTAI',
  'GOCSPX-',
  'ya29\\.',
  'do[oprt]_v1_',
  'v1\\.0-',
  'dapi',
  'hv[bs]\\.',
  'HRKU-AA',
  'fo1_',
  'fm[12][ar]?_',
  'tk-us-',
  'pscale_(?:tkn|oauth|pw)_',
  'dt0c01\\.',
  'dp\\.pt\\.',
  'sha256~',
  't1\\.',
  'AQVN',
  'YC',
  // Code and packages
  'gh[oprsu]_',
  'github_pat_',
  'gl(?:pat|dt|ft|imt|rt|ptt|soat|oas|cbt|agent|ffct|c)-',
  'glsa_',
  'glc_',
  'GR1348941',
  'npm_',
  'pypi-',
  'rubygems_',
  'CLOJARS_',
  'clojars_',
  'AKCp',
  'cmVmd',
  'sntry[su]_',
  'sgp_',
  'pul-',
  'PMAK-',
  'rdme_',
  'pnu_',
  'oy2',
  // Money and mail
  '[rs]k_(?:test|live|prod)_',
  'whsec_',
  'EAAA',
  'sq0atp-',
  'shp(?:at|ca|pa|ss)_',
  'SG\\.',
  'xkeysib-',
  'EZ[AT]K',
  'FLWSECK_TEST-',
  'FLWPUBK_TEST-',
  'shippo_(?:live|test)_',
  'duffel_(?:test|live)_',
  'access-(?:sandbox|development|production)-',
  // Work
  'lin_(?:api|oauth)_',
  'ntn_',
  'secret_',
  'ATATT3',
  'pat[A-Za-z0-9]{14}\\.',
  '[ps]at\\.',
  'ops_eyJ',
  'A3-',
  'p8e-',
  'fio-u-',
  's-s4t2(?:ud|af)-',
  'sl\\.',
  '[ps]k\\.',
  'ico-',
  'tfp_',
  'dnkey-',
  'NR(?:AK|II|JS)-',
  'API-',
  'sm_[aps]at_',
  'PRIVATE-TOKEN-',
  '4b1d',
];

/** Shapes without a telling beginning. */
const shapes: readonly string[] = [
  // Telegram: bot id and 35 characters. https://core.telegram.org/bots/api#authorizing-your-bot
  '[0-9]{5,16}:[A-Za-z0-9_-]{34,36}',
  // Discord: user id, time and HMAC in base64. https://discord.com/developers/docs/reference#authentication
  '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,45}',
  // JSON Web Token. https://www.rfc-editor.org/rfc/rfc7519
  'eyJ[A-Za-z0-9_-]{8,2000}\\.[A-Za-z0-9_-]{8,4000}(?:\\.[A-Za-z0-9_-]{0,1000})?',
  'ZXlK[A-Za-z0-9+/_-]{40,4000}={0,2}',
  'eyJrIjoi[A-Za-z0-9+/=]{40,400}',
  'AGE-SECRET-KEY-1[A-Z0-9]{40,80}',
  'SK[0-9a-fA-F]{32}',
  '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk',
  '[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}',
  '[a-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}',
  '(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9.+/_=-]{40,200}',
  '(?:hf|api_org)_[A-Za-z]{34}',
  'FLWSECK_TEST-[A-Za-z0-9]{12}',
  's\\.[A-Za-z0-9]{24}(?![A-Za-z0-9])',
  '[0-9]{15,16}(?:\\||%(?:7[Cc])?)[A-Za-z0-9_-]{27,40}',
  'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,80}',
  'discord(?:app)?\\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{40,100}',
  '[a-z0-9-]{1,60}\\.webhook\\.office\\.com/webhookb2/[A-Za-z0-9@/-]{60,300}',
];

const tail = '(?=[A-Za-z0-9_+/=~%.-]{0,40}[0-9A-Z])[A-Za-z0-9_+/=~%.-]{15,1000}[A-Za-z0-9_+/=~%-]';

/** One pattern for all of the above. */
export const secretShape = new RegExp(
  `(?:(?<![A-Za-z0-9_])|(?<=/bot))(?:${shapes.join('|')}|(?:${prefixes.join('|')})${tail})`,
  'g',
);

/** Names whose value is a secret, as the end of an identifier; what pages through a list is called a token too. */
export const secretName = [
  '(?<!page[_-]?|next[_-]?|sync[_-]?|continuation[_-]?)token',
  'secret',
  'passw(?:or)?d',
  'passphrase',
  'pwd',
  'credentials?',
  'creds',
  '(?:api|access|secret|private|signing|encryption|master|account|shared[_-]?access|licen[cs]e|auth|webhook|subscription)[_-]?key',
  'authorization',
  'jwt',
  'bearer',
  'connection[_-]?string',
  '(?:session[_-]?(?:id|key)|_session)(?=["\'`]?\\s{0,3}=)',
].join('|');

/** Query parameters that are secrets although their names are common words. */
export const secretQuery =
  'key|sig|signature|code|auth|hash|state|ticket|assertion|x-amz-(?:signature|credential|security-token)';

/** Services whose keys have no shape of their own: a random text assigned to a name with theirs in it is one. */
export const vendors =
  'adafruit|adobe|airtable|algolia|alibaba|artifactory|asana|atlassian|beamer|bintray|bitbucket|bittrex|bundle_(?:enterprise|gems)__contribsys__com|cloudflare|codecov|cohere|coinbase|confluence|confluent|contentful|datadog|discord|droneci|dropbox|etsy|facebook|fastly|finicity|finnhub|flickr|freshbooks|gitter|gocardless|heroku|hubspot|intercom|jfrog|jira|kraken|kucoin|launchdarkly|linear|linked[_-]?in|looker|mailchimp|mailgun|mapbox|mattermost|meraki|message[_-]?bird|netlify|new[_-]?relic|nytimes|newyorktimes|okta|plaid|private[_-]?ai|rapidapi|sendbird|sentry|snyk|sonar|sourcegraph|squarespace|sumo|telegr|travis|twitch|twitter|typeform|yandex|zendesk';
