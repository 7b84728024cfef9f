//! Which backend to compute on: the only place of the browser app that names one.
//!
//! WebGPU first, then the CPU. A software adapter is slower than our own code on the CPU, so it is
//! used only when asked for.
//!
//! The engine is built twice: `engine` computes on the CPU with our own code, is small and starts at once;
//! `graphics` holds the tensor library for WebGPU too. The small one starts everywhere and asks for the
//! adapter; only where it is to be used the page fetches the other and goes on there.

#[cfg(feature = "graphics")]
use burn::tensor::Device;
use scanweave::synthesis::{SynthesisError, Synthesiser};
use scanweave::weights::Model;

use super::adapter;
use crate::model::protocol::{Backend, BackendChoice, BackendKind, Reason};

/// What a model is to compute on, and why it is that.
#[derive(Clone)]
pub struct Chosen {
    /// As it is told.
    pub backend: Backend,
    /// The graphics device; `None` on the CPU.
    #[cfg(feature = "graphics")]
    device: Option<Device>,
}

impl Chosen {
    /// Builds the networks of a model there.
    #[cfg_attr(
        not(feature = "graphics"),
        allow(clippy::unused_self, reason = "as the other build's")
    )]
    pub fn open(&self, model: &Model) -> Result<Synthesiser, SynthesisError> {
        #[cfg(feature = "graphics")]
        if let Some(device) = &self.device {
            return Synthesiser::open(model, device);
        }
        Synthesiser::open_on_core(model)
    }
}

/// The devices of this worker; the graphics device can be initialised only once.
#[derive(Default)]
pub struct Devices {
    graphics: Option<Result<Option<Chosen>, Reason>>,
}

impl Devices {
    /// The best device for this choice; `None` when it is one that this build cannot use.
    pub async fn choose(&mut self, choice: BackendChoice) -> Option<Chosen> {
        if choice == BackendChoice::Cpu {
            return Some(cpu(Reason::AskedFor));
        }
        let found = self.graphics(choice == BackendChoice::WebGpu).await;
        found.unwrap_or_else(|why| Some(cpu(why)))
    }

    /// From now on the graphics device is not used any more.
    pub fn give_up_graphics(&mut self, why: &str) {
        self.graphics = Some(Err(Reason::GivenUp(why.to_owned())));
    }

    async fn graphics(&mut self, even_software: bool) -> Result<Option<Chosen>, Reason> {
        if let Some(known) = &self.graphics {
            return known.clone();
        }
        let adapter = adapter::ask().await?;
        if adapter.software && !even_software {
            return Err(Reason::Slower(adapter.name));
        }
        let on = if adapter.software {
            Reason::AdapterInSoftware(adapter.name)
        } else {
            Reason::Adapter(adapter.name)
        };
        let started = start(on).await;
        self.graphics.insert(started).clone()
    }
}

/// The CPU, and why it is that one.
pub fn cpu(reason: Reason) -> Chosen {
    Chosen {
        backend: Backend {
            kind: BackendKind::Cpu,
            reason,
        },
        #[cfg(feature = "graphics")]
        device: None,
    }
}

#[cfg(feature = "graphics")]
async fn start(reason: Reason) -> Result<Option<Chosen>, Reason> {
    let started = Device::wgpu_options().init_async().await;
    let device = started.map_err(|e| Reason::NotStarted(e.to_string()))?;
    Ok(Some(Chosen {
        backend: Backend {
            kind: BackendKind::WebGpu,
            reason,
        },
        device: Some(device),
    }))
}

#[cfg(not(feature = "graphics"))]
#[allow(clippy::unused_async, reason = "as the other build's")]
async fn start(_: Reason) -> Result<Option<Chosen>, Reason> {
    Ok(None)
}
