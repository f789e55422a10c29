//! The trusted certificate authorities: those of this machine, or those in a file of the user.

use std::path::PathBuf;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::Variable;
use crate::aws::files::at_home;
use crate::disk;

/// The certificate authorities that are trusted.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    file: Option<File>,
    /// The same authorities for the connector.
    pub(super) context: TlsContext,
}

/// A file of certificates that replaces those of this machine.
#[derive(Debug, Clone)]
struct File {
    path: PathBuf,
    /// The setting that names the file.
    setting: &'static str,
}

impl Trust {
    /// Reads the file that `AWS_CA_BUNDLE` names, or else the setting `ca_bundle` of the profile. `SSL_CERT_FILE` names
    /// the certificates of this machine; the connector reads that file, and this function only checks it. See
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>.
    ///
    /// # Errors
    /// A sentence without its end: a file that cannot be read, has no certificate, or cannot be used.
    pub(super) fn read(variable: &Variable<'_>, ca_bundle: Option<&str>) -> Result<Self, String> {
        let set = |name: &'static str| variable(name).filter(|value| !value.is_empty()).map(|path| (path, name));
        let own = set("AWS_CA_BUNDLE").or_else(|| Some((ca_bundle?.to_owned(), "ca_bundle")));
        let own = own.filter(|(path, _)| !path.is_empty());
        if let Some((path, setting)) = own {
            let (file, certificates) = File::read(&path, setting)?;
            let own =
                certificates.iter().map(String::as_bytes).fold(TrustStore::empty(), TrustStore::with_pem_certificate);
            return Self::of(Some(file), own);
        }
        let machine = set("SSL_CERT_FILE").map(|(path, setting)| File::read(&path, setting)).transpose()?;
        Self::of(machine.map(|(file, _)| file), TrustStore::default())
    }

    fn of(file: Option<File>, store: TrustStore) -> Result<Self, String> {
        let context = TlsContext::builder().with_trust_store(store).build().map_err(|why| {
            let whose = file.as_ref().map_or_else(|| "this machine".to_owned(), File::describe);
            format!("the certificates of {whose} cannot be used: {why}")
        })?;
        Ok(Self { file, context })
    }

    /// Returns whether a file is named.
    pub(super) fn is_set(&self) -> bool {
        self.file.is_some()
    }

    /// Returns which certificates are trusted, as the end of a sentence.
    pub(super) fn describe(&self) -> String {
        self.file
            .as_ref()
            .map_or_else(|| "those of this machine".to_owned(), |file| format!("those of {}", file.describe()))
    }
}

impl File {
    /// Reads the file; returns it with its certificates, each in PEM.
    fn read(path: &str, setting: &'static str) -> Result<(Self, Vec<String>), String> {
        let path = at_home(path);
        let text = disk::read(&path)
            .map_err(|error| format!("{setting} names {}, which cannot be read: {error}", path.display()))?;
        let certificates = certificates(&String::from_utf8_lossy(&text));
        if certificates.is_empty() {
            let path = path.display();
            return Err(format!(
                "{setting} names {path}, which contains no certificate; it must be a file in PEM format"
            ));
        }
        Ok((Self { path, setting }, certificates))
    }

    fn describe(&self) -> String {
        format!("{} ({})", self.path.display(), self.setting)
    }
}

/// Returns each certificate of a PEM file by itself. The other text and unreadable certificates are left out: bundles
/// contain comments, and some certificates too old for use.
fn certificates(text: &str) -> Vec<String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let blocks = text.split(BEGIN).skip(1).filter_map(|rest| Some(rest.split_once(END)?.0));
    let blocks = blocks.map(|inner| format!("{BEGIN}{inner}{END}\n"));
    blocks.filter(|pem| usable(pem)).collect()
}

fn usable(pem: &str) -> bool {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
    certificate.is_ok_and(|certificate| RootCertStore::empty().add(certificate).is_ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn authority() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertificateParams::new(vec!["authority.test".into()]).unwrap().self_signed(&key).unwrap().pem()
    }

    #[test]
    fn a_bundle_may_hold_comments_and_broken_certificates() {
        let (one, two) = (authority(), authority());
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let bundle =
            format!("# ours\r\n{one}\n{broken}junk\n{}-----BEGIN CERTIFICATE-----\ncut", two.replace('\n', "\r\n"));
        assert_eq!(certificates(&bundle).len(), 2);
        for text in ["", "not PEM", broken, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(certificates(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_setting_and_the_file_are_named() {
        let folder = std::env::temp_dir().join(format!("sagetop-trust-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (good, empty, none) = (folder.join("good.pem"), folder.join("empty.pem"), folder.join("none.pem"));
        std::fs::write(&good, authority()).unwrap();
        std::fs::write(&empty, "nothing").unwrap();
        let read = |variable: &'static str, path: &Path, bundle: Option<&str>| {
            let path = path.display().to_string();
            Trust::read(&move |name: &str| (name == variable).then(|| path.clone()), bundle)
        };
        for setting in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            let told = read(setting, &good, None).unwrap().describe();
            assert_eq!(told, format!("those of {} ({setting})", good.display()));
            for (path, why) in
                [(&empty, "contains no certificate"), (&none, "cannot be read"), (&folder, "cannot be read")]
            {
                let said = read(setting, path, None).unwrap_err();
                assert!(
                    said.contains(setting) && said.contains(&path.display().to_string()) && said.contains(why),
                    "{said}"
                );
            }
        }
        // The environment overrides the profile, and an empty variable does not count.
        let bundle = empty.display().to_string();
        assert!(read("AWS_CA_BUNDLE", &good, Some(&bundle)).is_ok());
        assert!(read("AWS_CA_BUNDLE", Path::new(""), Some(&bundle)).unwrap_err().contains("ca_bundle"));
        assert!(!read("OTHER", &good, None).unwrap().is_set());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
