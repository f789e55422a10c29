//! A network with an inspecting proxy: TLS with its own authority before an account, and a proxy in a thread, which
//! notes the requested hosts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The hosts that the certificate is for.
const HOSTS: [&str; 7] = [
    "aws.test",
    "127.0.0.1",
    "*.eu-west-1.amazonaws.com",
    "*.sagemaker.eu-west-1.amazonaws.com",
    "*.s3.eu-west-1.amazonaws.com",
    "*.sso.eu-west-1.amazonaws.com",
    "*.sts.eu-west-1.amazonaws.com",
];

/// TLS before an account that speaks plain HTTP.
pub(super) struct Tls {
    pub(super) address: SocketAddr,
    /// The certificate of the authority, in PEM.
    pub(super) authority: String,
}

impl Tls {
    pub(super) fn before(url: &str) -> Self {
        let account: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let hosts = CertificateParams::new(HOSTS.map(str::to_owned)).unwrap();
        let certificate = hosts.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config =
            ServerConfig::builder_with_provider(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
                .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let address = serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let (Ok(mut client), Ok(mut account)) =
                    (acceptor.accept(stream).await, TcpStream::connect(account).await)
                else {
                    return;
                };
                let _ = copy_bidirectional(&mut client, &mut account).await;
            }
        });
        Self { address, authority: authority.pem() }
    }
}

/// A proxy that connects every host to one server, because a test has no other.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

/// The behaviour of a proxy towards its clients.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Manners {
    /// It lets everybody through.
    Open,
    /// It requires this value of `Proxy-Authorization`.
    Login(&'static str),
    /// It lets nobody through.
    Closed,
}

impl Proxy {
    /// Starts a proxy that connects `CONNECT` to `tls`, and requests for `http://` addresses to `plain`.
    pub(super) fn start(manners: Manners, tls: SocketAddr, plain: SocketAddr) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let address = serve(move |stream| pass_on(stream, manners, log.clone(), (tls, plain)));
        Self { address, asked }
    }

    /// Returns the requested hosts, each once.
    pub(super) fn hosts(&self) -> Vec<String> {
        let mut hosts = self.asked.lock().unwrap().clone();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}

async fn pass_on(
    mut client: TcpStream,
    manners: Manners,
    log: Arc<Mutex<Vec<String>>>,
    (tls, plain): (SocketAddr, SocketAddr),
) {
    let Some(head) = head(&mut client).await else { return };
    let line = head.lines().next().unwrap_or_default().to_owned();
    let host = line.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(host.split("://").last().unwrap().split('/').next().unwrap().to_owned());
    let refusal = match manners {
        Manners::Open => None,
        Manners::Login(login) => {
            let given =
                head.lines().any(|l| l.to_ascii_lowercase().starts_with("proxy-authorization:") && l.ends_with(login));
            (!given).then_some(
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
            )
        }
        Manners::Closed => Some("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
    };
    if let Some(refusal) = refusal {
        let _ = client.write_all(refusal.as_bytes()).await;
        return;
    }
    let tunnel = line.starts_with("CONNECT ");
    let Ok(mut server) = TcpStream::connect(if tunnel { tls } else { plain }).await else { return };
    let begun = if tunnel {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await
    } else {
        server.write_all(head.as_bytes()).await
    };
    if begun.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Reads from a client up to the empty line.
async fn head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Serves connections on loopback until the tests end.
fn serve<F: Future<Output = ()> + Send + 'static>(each: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr {
    let (say, address) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            say.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(each(stream));
            }
        });
    });
    address.recv().unwrap()
}
