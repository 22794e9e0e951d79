/**
 * TLS with the Collector's keys (configtls). Files are read when a listener or a connection is made; with
 * `reload_interval` they are read again, so that certificates can be rotated without a restart.
 */

import { readFile } from 'node:fs/promises'
import { rootCertificates, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { z } from 'zod'
import { notBuiltIn } from './block.ts'
import { duration } from './duration.ts'
import type { Env } from './env.ts'

const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
}

const version = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'number' ? value.toFixed(1) : value))
  .refine((value) => Object.hasOwn(VERSIONS, value), {
    error: 'unsupported TLS version: use "1.0", "1.1", "1.2" or "1.3"',
  })

const path = z.string().min(1)
const pem = z.string().min(1)

/** Keys that listeners and connections share. */
const common = {
  ca_file: path.optional(),
  ca_pem: pem.optional(),
  cert_file: path.optional(),
  cert_pem: pem.optional(),
  key_file: path.optional(),
  key_pem: pem.optional(),
  include_system_ca_certs_pool: z.boolean().default(false),
  min_version: version.default('1.2'),
  max_version: version.optional(),
  /** OpenSSL or IANA names; TLS 1.3 chooses its own. */
  cipher_suites: z.array(z.string().min(1)).optional(),
  /** OpenSSL's names: X25519, P-256 … */
  curve_preferences: z.array(z.string().min(1)).optional(),
  /** Read the files again this often; 0 means never. */
  reload_interval: duration().default(0),
  tpm: notBuiltIn('keys in a TPM cannot be used from Node'),
}

const commonConfig = z.strictObject(common)
type Common = z.infer<typeof commonConfig>

/** `tls` of a listener. */
export const tlsServerConfig = z
  .strictObject({
    ...common,
    /** Clients must show a certificate signed by one of these. */
    client_ca_file: path.optional(),
    client_ca_file_reload: z.boolean().default(false),
  })
  .superRefine((config, context) => {
    checkPairs(config, context)
    const has = (config.cert_file ?? config.cert_pem) !== undefined
    if (!has) context.addIssue({ code: 'custom', message: 'for a server, provide both certificate and key' })
  })

/** `tls` of a connection. */
export const tlsClientConfig = z
  .strictObject({
    ...common,
    /** No TLS at all. */
    insecure: z.boolean().default(false),
    /** TLS, but whoever answers is believed. */
    insecure_skip_verify: z.boolean().default(false),
    /** The name to look for in the server's certificate, instead of the endpoint's. */
    server_name_override: z.string().optional(),
  })
  .superRefine(checkPairs)

/** `tls` of a listener as parsed. */
export type TlsServerConfig = z.infer<typeof tlsServerConfig>
/** `tls` of a connection as parsed. */
export type TlsClientConfig = z.infer<typeof tlsClientConfig>

function checkPairs(config: Common, context: z.RefinementCtx): void {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message })
  if (config.cert_file !== undefined && config.cert_pem !== undefined)
    refuse('provide either a certificate or the PEM-encoded string, but not both')
  if (config.key_file !== undefined && config.key_pem !== undefined)
    refuse('provide either a key or the PEM-encoded string, but not both')
  if (config.ca_file !== undefined && config.ca_pem !== undefined)
    refuse('provide either a CA file or the PEM-encoded string, but not both')
  const cert = (config.cert_file ?? config.cert_pem) !== undefined
  const key = (config.key_file ?? config.key_pem) !== undefined
  if (cert !== key) refuse('provide both certificate and key, or neither')
  if (config.max_version !== undefined && config.min_version > config.max_version)
    refuse('invalid TLS configuration: min_version cannot be greater than max_version')
}

/** What Node's TLS wants for a listener. Rejects when a file cannot be read. */
export async function tlsServerOptions(config: TlsServerConfig): Promise<SecureContextOptions & ClientAuth> {
  const clientCa =
    config.client_ca_file === undefined ? undefined : await readNamed('client_ca_file', config.client_ca_file)
  return {
    ...(await contextOptions(config)),
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  }
}

interface ClientAuth {
  readonly requestCert?: boolean
  readonly rejectUnauthorized?: boolean
}

/** What Node's TLS wants for a connection. Rejects when a file cannot be read. */
export async function tlsClientOptions(config: TlsClientConfig): Promise<SecureContextOptions & ServerCheck> {
  return {
    ...(await contextOptions(config)),
    rejectUnauthorized: !config.insecure_skip_verify,
    ...(config.server_name_override !== undefined && { servername: config.server_name_override }),
  }
}

interface ServerCheck {
  readonly rejectUnauthorized: boolean
  readonly servername?: string
}

async function contextOptions(config: Common): Promise<SecureContextOptions> {
  const [ca, cert, key] = await Promise.all([
    pemOf('ca', config.ca_pem, config.ca_file),
    pemOf('cert', config.cert_pem, config.cert_file),
    pemOf('key', config.key_pem, config.key_file),
  ])
  return {
    ...(ca !== undefined && { ca: config.include_system_ca_certs_pool ? [ca, ...rootCertificates] : ca }),
    ...(cert !== undefined && { cert, key }),
    minVersion: VERSIONS[config.min_version]!,
    ...(config.max_version !== undefined && { maxVersion: VERSIONS[config.max_version]! }),
    ...(config.cipher_suites !== undefined && { ciphers: config.cipher_suites.map(opensslName).join(':') }),
    ...(config.curve_preferences !== undefined && { ecdhCurve: config.curve_preferences.join(':') }),
  }
}

function pemOf(what: string, pemText: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (pemText !== undefined || file === undefined) return Promise.resolve(pemText)
  return readNamed(`${what}_file`, file)
}

async function readNamed(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`failed to load TLS config: ${key}: ${(error as Error).message}`)
  }
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` → `ECDHE-RSA-AES128-GCM-SHA256`; OpenSSL's own names pass unchanged. */
function opensslName(suite: string): string {
  if (!/^TLS_(ECDHE|RSA)_/.test(suite)) return suite
  return suite
    .replace(/^TLS_/, '')
    .replace('_WITH_', '_')
    .replace(/^RSA_(?!.*RSA)/, '')
    .replace(/AES_(128|256)_CBC/, 'AES$1')
    .replace(/AES_(128|256)/, 'AES$1')
    .replace(/_POLY1305_SHA256$/, '_POLY1305')
    .replaceAll('_', '-')
}

/**
 * Calls `reload` about every `everyMs` (never when 0). A failure is logged and the old certificates stay in use.
 * Returns what ends it.
 */
export function reloadTls(env: Pick<Env, 'clock' | 'log'>, everyMs: number, reload: () => Promise<void>): () => void {
  let stopped = false
  let cancel = () => {}
  const arm = () => {
    if (everyMs <= 0 || stopped) return
    cancel = env.clock.after(everyMs, () => {
      void reload()
        .catch((error: Error) => env.log.warn('failed to reload TLS certificates', { error: error.message }))
        .then(arm)
    })
  }
  arm()
  return () => {
    stopped = true
    cancel()
  }
}
