import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import { after, test } from 'node:test'
import tls from 'node:tls'
import { credentials, type ServiceError } from '@grpc/grpc-js'
import { makeCertificates, withoutOpenssl } from '../../component/certificates.ts'
import { grpcJsExport } from './grpc_js_client.ts'
import { BYTES, PROTOBUF, type Rig, until, withRig } from './rig.ts'

const made = makeCertificates()
const skip = withoutOpenssl()
after(() => made?.remove())

const serverTls = () => ({ cert_file: made!.server.cert, key_file: made!.server.key })

function post(rig: Rig, options: https.RequestOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: 'localhost',
        port: rig.http.port,
        path: '/v1/traces',
        method: 'POST',
        headers: PROTOBUF,
        agent: false,
        ...options,
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode!))
      },
    )
    request.on('error', reject)
    request.end(BYTES.traces(1))
  })
}

test('[R9] TLS on both protocols, checked by stock clients', { skip }, async () => {
  await withRig({ grpc: { tls: serverTls() }, http: { tls: serverTls() } }, async (rig) => {
    const ca = made!.read(made!.ca)
    await grpcJsExport(`localhost:${rig.grpc.port}`, BYTES.traces(1), credentials.createSsl(ca))
    assert.equal(await post(rig, { ca }), 200)
    assert.equal(rig.next.traces.acceptedItems, 2)
    await assert.rejects(post(rig, {}), /unable to verify|self-signed|unable to get/)
  })
})

test('[R9] mutual TLS lets in nobody without a certificate of the authority', { skip }, async () => {
  const mutual = { ...serverTls(), client_ca_file: made!.ca }
  await withRig({ grpc: { tls: mutual }, http: { tls: mutual } }, async (rig) => {
    const ca = made!.read(made!.ca)
    const cert = made!.read(made!.client.cert)
    const key = made!.read(made!.client.key)
    await grpcJsExport(`localhost:${rig.grpc.port}`, BYTES.traces(1), credentials.createSsl(ca, key, cert))
    assert.equal(await post(rig, { ca, cert, key }), 200)
    await assert.rejects(post(rig, { ca }))
    const refused = grpcJsExport(`localhost:${rig.grpc.port}`, BYTES.traces(1), credentials.createSsl(ca))
    await assert.rejects(refused, (error: ServiceError) => error.code === 14)
    assert.equal(rig.next.traces.acceptedItems, 2)
  })
})

test('[R9] PEM text in the configuration, and versions', { skip }, async () => {
  const pem = { cert_pem: String(made!.read(made!.server.cert)), key_pem: String(made!.read(made!.server.key)) }
  await withRig({ http: { tls: { ...pem, min_version: '1.3' } } }, async (rig) => {
    const ca = made!.read(made!.ca)
    assert.equal(await post(rig, { ca }), 200)
    await assert.rejects(post(rig, { ca, maxVersion: 'TLSv1.2' }))
  })
})

test('[R9] renewed certificates are used without a restart', { skip }, async () => {
  const reloading = { ...serverTls(), reload_interval: '20ms' }
  await withRig({ grpc: { tls: reloading }, http: { tls: reloading } }, async (rig) => {
    const before = await Promise.all([serialOf(rig.grpc.port), serialOf(rig.http.port)])
    made!.renewServer()
    for (const [at, port] of [rig.grpc.port, rig.http.port].entries()) {
      let now = before[at]
      void (async () => {
        while (now === before[at]) now = await serialOf(port)
      })()
      await until(() => now !== before[at], 'the new certificate')
    }
  })
})

async function serialOf(port: number): Promise<string> {
  const socket = tls.connect({ port, host: 'localhost', ca: made!.read(made!.ca), ALPNProtocols: ['h2', 'http/1.1'] })
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

test('[R9] a certificate that cannot be read aborts the start with the key and the file', { skip }, async () => {
  const start = withRig({ grpc: { tls: { cert_file: '/nowhere/a.crt', key_file: '/nowhere/a.key' } } }, async () => {})
  await assert.rejects(start, /failed to load TLS config: (cert|key)_file: ENOENT.*nowhere/)
})
