//! The only place that names a backend.

mod probe;

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;
use scanweave::synthesis::Synthesiser;
use scanweave::weights::Model;

pub use probe::Ability;

/// Version of burn, as pinned in Cargo.toml.
pub const BURN: &str = "0.22.1";

/// A device as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Pure-Rust CPU.
    Flex,
    /// LibTorch on the CPU.
    LibTorch,
    /// LibTorch on a CUDA GPU.
    LibTorchCuda,
    /// CUDA GPU of this index through cubecl.
    Cuda(usize),
    /// Any Vulkan GPU.
    Vulkan,
    /// Apple GPU.
    Metal,
}

/// What `--device` accepts.
pub const NAMES: &str = "flex, libtorch, libtorch:cuda, cuda, cuda:N, vulkan, metal";

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "flex" => Ok(Self::Flex),
            "libtorch" => Ok(Self::LibTorch),
            "libtorch:cuda" => Ok(Self::LibTorchCuda),
            "cuda" => Ok(Self::Cuda(0)),
            "vulkan" => Ok(Self::Vulkan),
            "metal" => Ok(Self::Metal),
            _ => cuda_index(text)
                .map(Self::Cuda)
                .ok_or_else(|| format!("possible values: {NAMES}")),
        }
    }
}

fn cuda_index(text: &str) -> Option<usize> {
    text.strip_prefix("cuda:")?.parse().ok()
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flex => f.write_str("flex"),
            Self::LibTorch => f.write_str("libtorch"),
            Self::LibTorchCuda => f.write_str("libtorch:cuda"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
            Self::Vulkan => f.write_str("vulkan"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl Choice {
    /// One of each kind, in the order in which people should try them on a CPU.
    pub const ALL: [Self; 6] = [
        Self::Flex,
        Self::LibTorch,
        Self::LibTorchCuda,
        Self::Cuda(0),
        Self::Vulkan,
        Self::Metal,
    ];

    /// Whether this build has the backend of the device.
    pub fn is_built(self) -> bool {
        match self {
            Self::Flex => cfg!(feature = "flex"),
            Self::LibTorch | Self::LibTorchCuda => cfg!(feature = "tch"),
            Self::Cuda(_) => cfg!(feature = "cuda"),
            Self::Vulkan => cfg!(feature = "vulkan"),
            Self::Metal => cfg!(feature = "metal"),
        }
    }

    /// Whether it computes in the memory of the machine itself.
    pub fn is_processor(self) -> bool {
        matches!(self, Self::Flex | Self::LibTorch)
    }

    /// The command that builds a program with the device.
    pub fn build_command(self) -> String {
        format!(
            "cargo build --release -p scanweave-trainer --features {}",
            self.feature()
        )
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Flex => "CPU, pure Rust",
            Self::LibTorch => "CPU, LibTorch",
            Self::LibTorchCuda => "NVIDIA GPU, LibTorch",
            Self::Cuda(_) => "NVIDIA GPU",
            Self::Vulkan => "GPU, Vulkan",
            Self::Metal => "Apple GPU",
        }
    }

    /// The device, or which build has it.
    pub fn open(self) -> anyhow::Result<Device> {
        match self {
            #[cfg(feature = "flex")]
            Self::Flex => {
                scanweave::networks::compute_with(&scanweave_kernels::Processor);
                Ok(Device::flex())
            }
            #[cfg(feature = "tch")]
            Self::LibTorch => Ok(Device::libtorch()),
            #[cfg(feature = "tch")]
            Self::LibTorchCuda => {
                scanweave::networks::compute_with(&scanweave::networks::Columns);
                Ok(Device::libtorch_cuda(0))
            }
            #[cfg(feature = "cuda")]
            Self::Cuda(index) => Ok(Device::cuda(index)),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "metal")]
            Self::Metal => Ok(Device::metal(burn::tensor::DeviceKind::DefaultDevice)),
            #[allow(
                unreachable_patterns,
                reason = "a build with every feature knows every device"
            )]
            other => anyhow::bail!(
                "this build has no device `{other}`: build it with `{}`",
                other.build_command()
            ),
        }
    }

    /// The networks of a model, to draw with. On the CPU it is the code that the page runs there: the same
    /// bits, and faster than through the tensor library.
    pub fn synthesiser(self, model: &Model) -> anyhow::Result<Synthesiser> {
        Ok(match self {
            Self::Flex => Synthesiser::open_on_core(model)?,
            _ => Synthesiser::open(model, &self.open()?)?,
        })
    }

    fn feature(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::LibTorch | Self::LibTorchCuda => "tch",
            Self::Cuda(_) => "cuda",
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BURN;

    #[test]
    fn the_version_of_burn_is_the_one_in_use() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("burn = {{ version = \"={BURN}\"")));
    }
}
