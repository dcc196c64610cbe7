import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  accessKey,
  coralogixDomain,
  headerValue,
  hostIn,
  imageReference,
  otlpBaseUrl,
  registryName,
  urlHost,
  type Pasted,
} from './pasted-forms';

/** Each pasted form with what it becomes, or with a pattern of the fault that names the right one. */
const FORMS: readonly [
  name: string,
  read: (pasted: string) => Pasted,
  cases: readonly [pasted: string, expected: string | RegExp][],
][] = [
  [
    'an OTLP end point',
    otlpBaseUrl,
    [
      ['http://localhost:4318', 'http://localhost:4318'],
      [' HTTPS://OTLP.Example.com:4318/ ', 'https://otlp.example.com:4318'],
      ['https://otlp.example.com/v1/traces', 'https://otlp.example.com'],
      ['https://otlp.example.com/otlp/v1/logs//', 'https://otlp.example.com/otlp'],
      ['https://example.com/api/v2/otlp', 'https://example.com/api/v2/otlp'],
      ['http://[::1]:4318', 'http://[::1]:4318'],
      ['localhost:4318', /no scheme: http:\/\/localhost:4318/],
      ['127.0.0.1:4318', /no scheme: http:\/\/127\.0\.0\.1:4318/],
      ['collector:4318', /no scheme: http:/],
      ['otlp.example.com:4318', /no scheme: https:\/\/otlp\.example\.com:4318/],
      ['', /no scheme: http:\/\/localhost:4318/],
      ['grpc://otlp.example.com:4317', /begins with grpc:\/\/: https:\/\/otlp\.example\.com:4317/],
      ['https://me:key@otlp.example.com', /into a header: https:\/\/otlp\.example\.com$/],
      ['https://otlp.example.com/?key=1', /may follow the path: https:\/\/otlp\.example\.com$/],
      ['https://:4318', /no URL/],
      ['::1', /no scheme: http:\/\/\[::1\]:4318$/],
      ['https:/otlp.example.com', /no scheme: https:\/\/otlp\.example\.com$/],
      ['http//otlp.example.com:4318', /no scheme: https:\/\/otlp\.example\.com:4318$/],
      ['2001:db8::1:4318:x', /no URL/],
    ],
  ],
  [
    'a registry',
    registryName,
    [
      ['ghcr.io/me', 'ghcr.io/me'],
      ['https://ghcr.io/me/', 'ghcr.io/me'],
      ['GHCR.io/My-Org', 'ghcr.io/my-org'],
      ['http://localhost:5000', 'localhost:5000'],
      ['[::1]:5000/x', '[::1]:5000/x'],
      ['me', 'me'],
      ['oci://ghcr.io/me', 'ghcr.io/me'],
      ['//ghcr.io/me', 'ghcr.io/me'],
      ['https://me:hunter2@ghcr.io/me', /imagePullSecret: ghcr\.io\/me$/],
      ['ghcr.io/me/shop:latest', /itself: ghcr\.io\/me\/shop$/],
      [`ghcr.io/me/shop@sha256:${'0'.repeat(64)}`, /itself: ghcr\.io\/me\/shop$/],
      ['localhost:5000/shop:1.2', /itself: localhost:5000\/shop$/],
      ['ghcr.io:latest', /itself: ghcr\.io$/],
      ['https://hub.docker.com/r/me', /docker\.io\/NAME/],
      ['https://index.docker.io/v1/', /docker\.io\/NAME/],
      ['ghcr.io//me', /no name of a registry/],
      ['ghcr.io/my org', /no name of a registry/],
      ['-x', /no name of a registry/],
      ['', /no name of a registry/],
    ],
  ],
  [
    'an image',
    imageReference,
    [
      ['redis:7.4', 'redis:7.4'],
      [
        'https://Mirror.example.com/Library/Redis:7.4-Bookworm',
        'mirror.example.com/library/redis:7.4-Bookworm',
      ],
      ['localhost:5000/redis', 'localhost:5000/redis'],
      [`me/x:1@sha256:${'a'.repeat(64)}`, `me/x:1@sha256:${'a'.repeat(64)}`],
      ['redis:', /no reference/],
      ['me/x@sha256:abc', /no reference/],
      ['me//x', /no reference/],
    ],
  ],
  [
    "an account's domain",
    coralogixDomain,
    [
      ['eu2.coralogix.com', 'eu2.coralogix.com'],
      ['https://ingress.EU2.coralogix.com:443/', 'eu2.coralogix.com'],
      ['ingress.eu2.coralogix.com:443', 'eu2.coralogix.com'],
      ['https://my-team.app.eu2.coralogix.com/#/dashboards', 'eu2.coralogix.com'],
      ['api.coralogix.us/', 'coralogix.us'],
      ['coralogix.in', 'coralogix.in'],
      ['EU2', /eu2\.coralogix\.com/],
      ['', /eu2\.coralogix\.com/],
      ['my team.coralogix.com', /eu2\.coralogix\.com/],
    ],
  ],
  [
    'a key',
    accessKey,
    [
      ['cxtp_abc', 'cxtp_abc'],
      ['cxtp_abc\n', 'cxtp_abc'],
      [' Bearer cxtp_abc ', 'cxtp_abc'],
      ['', /it is empty/],
      ['cxtp_abc\ncxtp_def', /^(?!.*cxtp).*white space/],
      ['cxtp abc', /^(?!.*cxtp).*white space/],
    ],
  ],
  [
    "a header's value",
    headerValue,
    [
      ['Bearer abc\r\n', 'Bearer abc'],
      ['', ''],
      ['a\r\nx-evil: 1', /^(?!.*evil).*line end/],
      ['ключ', /^a value has/],
    ],
  ],
];

for (const [name, read, cases] of FORMS) {
  describe(`${name}, as people paste it`, () => {
    for (const [pasted, expected] of cases) {
      it(`"${pasted}" ${typeof expected === 'string' ? `is ${expected}` : 'is refused with the right form'}`, () => {
        const found = read(pasted);
        if (typeof expected === 'string') assert.deepEqual(found, { value: expected });
        else assert.match('fault' in found ? found.fault : `accepted as ${found.value}`, expected);
      });
    }
  });
}

describe('a host', () => {
  it('is found in whatever address it stands', () => {
    for (const [pasted, host] of [
      ['shop.example.com', 'shop.example.com'],
      ['https://Shop.example.com:8443/x', 'shop.example.com'],
      ['shop.example.com.', 'shop.example.com'],
      ['2001:DB8::1', '[2001:db8::1]'],
      ['http://[2001:db8:0::1]:80', '[2001:db8::1]'],
      ['my host', null],
      ['', null],
    ] as const)
      assert.equal(hostIn(pasted), host, pasted);
  });

  it('stands in brackets in a URL where it is an IPv6 address', () => {
    assert.deepEqual(['2001:db8::1', '[::1]', '10.0.0.1', 'shop'].map(urlHost), [
      '[2001:db8::1]',
      '[::1]',
      '10.0.0.1',
      'shop',
    ]);
  });
});
