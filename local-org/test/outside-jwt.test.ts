// The JWT bearer flow (Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration").
import { createSign, generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { outsideOrg } from './support/outside.ts';

const pem = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048, ...pem });
const others = generateKeyPairSync('rsa', { modulusLength: 2048, ...pem });
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function assertion(claims: object, key = keys.privateKey, alg = 'RS256'): string {
  const text = `${encode({ alg })}.${encode(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

t.test('JWT bearer: a token for a preauthorised user, and each refusal', async (t) => {
  const client = { name: 'C', secret: 's', redirectUris: [], scopes: ['api', 'id'], certificate: keys.publicKey };
  const outside = await outsideOrg(
    {},
    {
      oauthClients: [
        { ...client, id: 'jwt', preauthorizedUsers: ['admin@example.com'] },
        { ...client, id: 'asks' },
        { ...client, id: 'plain', certificate: null },
      ],
    },
  );
  const { loginUrl } = outside.servers.production;
  const good = { iss: 'jwt', sub: 'admin@example.com', aud: loginUrl, exp: Math.floor(Date.now() / 1000) + 120 };
  const send = async (jwt: string): Promise<Record<string, string>> => {
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const body = new URLSearchParams({ grant_type, assertion: jwt });
    const answer = await fetch(`${loginUrl}/services/oauth2/token`, { method: 'POST', body });
    return (await answer.json()) as Record<string, string>;
  };
  const answer = await send(assertion(good));
  t.match(answer, { scope: 'api id', instance_url: outside.url, token_type: 'Bearer', access_token: /^00D/ });
  t.notOk('refresh_token' in answer, 'no refresh token');
  const token = answer['access_token'] ?? '';
  t.equal((await outside.request('GET', '/services/data/v65.0/limits', undefined, { token })).status, 200);
  t.match(await send(assertion({ ...good, aud: 'https://login.salesforce.com' })), { access_token: /^00D/ });
  for (const [jwt, error, description] of [
    ['nonsense', 'invalid_grant', 'invalid assertion'],
    [assertion(good, others.privateKey), 'invalid_grant', 'invalid assertion'],
    [assertion(good, keys.privateKey, 'none'), 'invalid_grant', 'invalid assertion'],
    [assertion({ ...good, iss: 'plain' }), 'invalid_grant', 'invalid assertion'],
    [assertion({ ...good, iss: 'nobody' }), 'invalid_client_id', 'client identifier invalid'],
    [assertion({ ...good, aud: 'https://example.com' }), 'invalid_grant', 'audience is invalid'],
    [assertion({ ...good, exp: good.exp - 200 }), 'invalid_grant', 'expired authorization code'],
    [assertion({ ...good, exp: good.exp + 600 }), 'invalid_grant', 'expired authorization code'],
    [assertion({ ...good, iss: 'asks' }), 'invalid_grant', "user hasn't approved this consumer"],
    [
      assertion({ ...good, sub: 'x@example.com' }),
      'invalid_app_access',
      'user is not admin approved to access this app',
    ],
  ] as const) {
    t.match(await send(jwt), { error, error_description: description }, description);
  }
});
