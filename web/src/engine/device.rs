//! Which backend to compute on: the only place of the browser app that names one.
//!
//! WebGPU first, then the CPU. A software adapter is slower than our own code on the CPU, so it is
//! used only when asked for.

use burn::tensor::Device;
use scanweave::protocol::{Backend, BackendChoice, BackendKind, Reason};

use super::adapter;

/// The devices of this worker; the graphics device can be initialised only once.
#[derive(Default)]
pub struct Devices {
    graphics: Option<Result<(Device, Reason), Reason>>,
}

impl Devices {
    /// The best device for this choice, and why it is that one.
    pub async fn choose(&mut self, choice: BackendChoice) -> (Device, Backend) {
        if choice == BackendChoice::Cpu {
            return cpu(Reason::AskedFor);
        }
        match self.graphics(choice == BackendChoice::WebGpu).await {
            Ok((device, reason)) => (
                device,
                Backend {
                    kind: BackendKind::WebGpu,
                    reason,
                },
            ),
            Err(why) => cpu(why),
        }
    }

    /// From now on the graphics device is not used any more.
    pub fn give_up_graphics(&mut self, why: &str) {
        self.graphics = Some(Err(Reason::GivenUp(why.to_owned())));
    }

    async fn graphics(&mut self, even_software: bool) -> Result<(Device, Reason), Reason> {
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
        let started = Device::wgpu_options().init_async().await;
        let device = started
            .map(|device| (device, on))
            .map_err(|e| Reason::NotStarted(e.to_string()));
        self.graphics.insert(device).clone()
    }
}

/// The CPU, and why it is that one.
pub fn cpu(reason: Reason) -> (Device, Backend) {
    (
        Device::flex(),
        Backend {
            kind: BackendKind::Cpu,
            reason,
        },
    )
}
