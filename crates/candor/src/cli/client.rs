//! Talking to a server: over its admin socket, or over its address with a token.

use reqwest::{Certificate, Client, Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Server;
use crate::Failure;
use crate::folder::DataFolder;

/// A way to a server.
pub(crate) struct Reach {
    client: Client,
    base: String,
    token: Option<String>,
}

impl Reach {
    /// Finds the way that the arguments name.
    pub(crate) fn new(server: &Server) -> Result<Self, Failure> {
        let mut builder = Client::builder().timeout(std::time::Duration::from_secs(300));
        let token = server.token_file.as_ref().map(read).transpose()?;
        if let Some(path) = &server.cacert {
            let certificate = Certificate::from_pem(read(path)?.as_bytes())
                .map_err(|error| Failure::configuration(format!("{}: {error}", path.display())))?;
            builder = builder.tls_certs_merge([certificate]);
        }
        let base = match (&server.data, &server.server) {
            (Some(data), _) => {
                builder = builder.unix_socket(DataFolder::socket(data));
                "http://localhost".to_owned()
            }
            (None, Some(url)) => url.trim_end_matches('/').to_owned(),
            (None, None) => {
                return Err(Failure::configuration(
                    "Say which server: --data DIR of one that runs here, or --server URL.",
                ));
            }
        };
        let client = builder.build().map_err(|error| Failure::other(error.to_string()))?;
        Ok(Self { client, base, token })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token.trim()),
            None => request,
        }
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let reply = request.send().await.map_err(|_| {
            Failure::unreachable(format!(
                "No server answers at {}. Start one with `candor serve`, or name another.",
                if self.base == "http://localhost" { "the admin socket" } else { &self.base }
            ))
        })?;
        let status = reply.status();
        let body = reply.bytes().await.map_err(|error| Failure::unreachable(error.to_string()))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| {
                Failure::other(format!("The server's answer is not understood: {error}."))
            });
        }
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("The server gave no reason.");
        Err(Failure::refused(format!("{detail} ({status})")))
    }
}

fn read(path: &std::path::PathBuf) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::folder(format!("{} cannot be read: {error}.", path.display())))
}
