//! What is said when something that was asked for failed, one sentence per cause. Behind it stands
//! what the browser or a reader of files says, in English.

super::words! {
    /// A file did not come along.
    FILE_MISSING = "{name} did not arrive: choose it again.", "未收到 {name}：请重新选择。";
    /// A file of no bytes.
    FILE_EMPTY = "{name} is empty: choose another file.", "{name} 是空文件：请选择其他文件。";
    /// A file of another kind.
    FILE_UNKNOWN = "{name} is not a PNG, JPEG, TIFF, WebP, GIF, NIfTI, MetaImage, NRRD, MGH or DICOM file: save it as one of these first.", "{name} 不是 PNG、JPEG、TIFF、WebP、GIF、NIfTI、MetaImage、NRRD、MGH 或 DICOM 文件：请先另存为其中一种格式。";
    /// A TIFF of a kind that is not read.
    FILE_TIFF = "{name} is a TIFF of a kind that cannot be read here: save it as PNG first. A 16-bit PNG keeps every grey value.", "{name} 是此处无法读取的 TIFF 类型：请先另存为 PNG。16 位 PNG 可保留全部灰度。";
    /// A file that breaks the rules of its kind.
    FILE_UNREADABLE = "{name} cannot be read. Is the file complete?", "无法读取 {name}。文件完整吗？";
    /// A file beyond the limit.
    FILE_TOO_LONG = "{name} is too large for the page: make it smaller first.", "{name} 过大，页面无法处理：请先将其缩小。";
    /// An image of unbearable sides.
    IMAGE_SIDES = "{name} is too large or empty: each side must be 1 to {most} pixels long.", "{name} 过大或为空：每边须为 1 至 {most} 像素。";
    /// An image of one grey.
    IMAGE_FLAT = "{name} cannot be used: there are no lines to find in it.", "无法使用 {name}：其中没有可提取的线条。";
    /// A file that does not fit.
    FILE_NO_MEMORY = "{name} does not fit into the memory that this browser gives the page: crop or resample it, or close other tabs.", "浏览器分配给此页面的内存容纳不下 {name}：请裁剪或重采样，或关闭其他标签页。";
    /// A compressed file with faults.
    FILE_DAMAGED = "{name} is damaged and cannot be unpacked: copy it again from its source.", "{name} 已损坏，无法解压：请从来源重新复制。";
    /// A model that cannot be used.
    MODEL_UNUSABLE = "{name} cannot be used as a model. The model that was open before stays open; if there was none, choose another one.", "{name} 不能用作模型。之前打开的模型保持不变；如果没有，请选择其他模型。";
    /// A model without size and checksum in the list.
    WEIGHTS_UNLISTED = "The model “{name}” is not available yet: the list of models gives no size and checksum for it.", "模型“{name}”尚不可用：模型列表中没有其大小和校验值。";
    /// No answer, or a refusal.
    WEIGHTS_UNREACHABLE = "The model “{name}” cannot be fetched. Check the network and reload the page.", "无法获取模型“{name}”。请检查网络并重新加载页面。";
    /// The network broke off.
    WEIGHTS_INTERRUPTED = "The download of “{name}” was interrupted. Check the network and reload the page.", "模型“{name}”的下载中断。请检查网络并重新加载页面。";
    /// A model that does not fit.
    WEIGHTS_NO_MEMORY = "The model “{name}” does not fit into the memory that this browser gives the page: choose a smaller model, or close other tabs.", "浏览器分配给此页面的内存容纳不下模型“{name}”：请选择较小的模型，或关闭其他标签页。";
    /// Other bytes than announced.
    WEIGHTS_DAMAGED = "The model “{name}” arrived damaged. Reload the page; if that does not help, the file on the site itself is wrong.", "模型“{name}”在传输中损坏。请重新加载页面；如果仍不行，则是网站上的文件有误。";
    /// Stored bytes were damaged, and new ones do not come.
    WEIGHTS_LOST = "The stored copy of “{name}” was damaged and was removed, and a new one cannot be fetched. Check the network and reload the page.", "此浏览器中存储的模型“{name}”已损坏并被移除，且无法重新获取。请检查网络并重新加载页面。";
    /// Stored models that stay.
    STORE_STUCK = "The stored models cannot be removed: remove this site's data in the browser's settings.", "无法移除已存储的模型：请在浏览器设置中移除此网站的数据。";
    /// No model is open.
    NO_MODEL = "No model is open: choose one first.", "尚未打开模型：请先选择一个。";
    /// Everything else; behind it stands what the networks say.
    DID_NOT_WORK = "That did not work:", "未能完成：";
    /// The engine went away meanwhile.
    ENGINE_GONE = "The engine stopped meanwhile.", "计算引擎在此期间停止。";
}
