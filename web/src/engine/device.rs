//! Which backend to compute on: the only place of the browser app that names one.
//!
//! WebGPU first, then the CPU. A software adapter is slower than our own code on the CPU, so it is
//! used only when asked for.

use burn::tensor::Device;
use scanweave::protocol::{Backend, BackendChoice, BackendKind};

use super::adapter;

/// The devices of this worker; the graphics device can be initialised only once.
#[derive(Default)]
pub struct Devices {
    graphics: Option<Result<(Device, String), String>>,
}

impl Devices {
    /// The best device for this choice, and why it is that one.
    pub async fn choose(&mut self, choice: BackendChoice) -> (Device, Backend) {
        if choice == BackendChoice::Cpu {
            return cpu("asked for");
        }
        match self.graphics(choice == BackendChoice::WebGpu).await {
            Ok((device, name)) => (
                device,
                Backend {
                    kind: BackendKind::WebGpu,
                    reason: format!("on {name}"),
                },
            ),
            Err(why) => cpu(&why),
        }
    }

    /// From now on the graphics device is not used any more.
    pub fn give_up_graphics(&mut self, why: &str) {
        self.graphics = Some(Err(format!("WebGPU was given up: {why}")));
    }

    async fn graphics(&mut self, even_software: bool) -> Result<(Device, String), String> {
        if let Some(known) = &self.graphics {
            return known.clone();
        }
        let adapter = adapter::ask().await?;
        if adapter.software && !even_software {
            return Err(format!(
                "WebGPU runs in software here ({}), which is slower",
                adapter.name
            ));
        }
        let started = Device::wgpu_options().init_async().await;
        let name = if adapter.software {
            format!("{}, in software", adapter.name)
        } else {
            adapter.name
        };
        let device = started
            .map(|device| (device, name))
            .map_err(|e| format!("WebGPU could not be started: {e}"));
        self.graphics.insert(device).clone()
    }
}

/// The CPU, and why it is that one.
pub fn cpu(reason: &str) -> (Device, Backend) {
    (
        Device::flex(),
        Backend {
            kind: BackendKind::Cpu,
            reason: reason.to_owned(),
        },
    )
}
