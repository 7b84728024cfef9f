//! Words of the part `export`: what can be taken home, and links.

super::words! {
    /// Saves the pictures.
    SAVE_PNG = "Save PNG", "保存 PNG";
    /// Saves them as volumes of one slice.
    SAVE_NIFTI = "Save NIfTI", "保存 NIfTI";
    /// What lies in the files.
    SAVE_HELP = "Several modalities, or a lesion, come as a zip with structure map, mask and label. Every file says inside that it is synthetic and where it comes from.", "多个模态或带病灶时保存为 zip 压缩包，其中还包括结构图、掩膜和标注。每个文件内部都注明是合成图像及其来源。";
    /// Whether the word is drawn into the pixels.
    VISIBLE_MARK = "Write SYNTHETIC into the image", "在图像上写入 SYNTHETIC 字样";
    /// Nothing could be saved.
    CANNOT_SAVE = "The image cannot be saved: {why}.", "无法保存图像：{why}。";
    /// The archive would be too large.
    ARCHIVE_TOO_LARGE = "the archive would be too large", "压缩包过大";

    /// Title of the data set.
    DATA_SET = "Labelled data set", "带标注的数据集";
    /// What it is.
    DATA_SET_HELP = "A zip of labelled subjects whose structure maps passed the filter, each with a record of how it was made. The command scanweave build writes the same.", "一个 zip 压缩包：带标注的受试者，其结构图均通过筛选，并附各自的生成记录。与命令行 scanweave build 的输出一致。";
    /// How many subjects.
    DATA_SET_COUNT = "Subjects (1 to 500)", "受试者数（1 到 500）";
    /// Seed of the series.
    DATA_SET_SEED = "Seed of the data set", "数据集种子";
    /// Share without a lesion.
    DATA_SET_HEALTHY = "Without a lesion, %", "无病灶的比例，%";
    /// Whether subjects stay that the filter refuses.
    DATA_SET_KEEP = "Keep subjects that fail the structure filter", "保留未通过结构筛选的受试者";
    /// What became of those.
    DATA_SET_LEFT_OUT = "{n} failed the structure filter: left out.", "{n} 个未通过结构筛选，已略去。";
    /// What became of those, if they were to stay.
    DATA_SET_KEPT = "{n} failed the structure filter: kept, and marked in the table.", "{n} 个未通过结构筛选，仍保留并在表中注明。";
    /// None is left.
    DATA_SET_NONE = "All {count} failed the structure filter, so nothing was saved. Try another seed, or keep those that fail.", "{count} 个受试者均未通过结构筛选，因此未保存任何内容。请换一个种子，或保留未通过的受试者。";
    /// Starts it.
    DATA_SET_START = "Build zip", "生成 zip";
    /// Stops it.
    DATA_SET_CANCEL = "Cancel", "取消";
    /// How far it has come.
    DATA_SET_PROGRESS = "Subject {done} of {count}", "已完成 {done} / {count} 个受试者";
    /// The same with the time that it will still take.
    DATA_SET_REMAINING = "Subject {done} of {count}, about {time} left", "已完成 {done} / {count} 个受试者，约剩 {time}";
    /// A time.
    SECONDS_LEFT = "{n} s", "{n} 秒";
    /// A time.
    MINUTES_LEFT = "{n} min", "{n} 分钟";
    /// Asked before the model becomes another meanwhile.
    DATA_SET_ENDS = "A data set is being built. Changing the study ends it, and nothing of it is saved. Change the study?", "正在生成数据集。切换检查类型会中止生成，且不保存任何内容。确定要切换吗？";
    /// It is there.
    DATA_SET_DONE = "Saved as {name}. Subjects: {count}.", "已保存为 {name}，受试者 {count} 个。";
    /// It was stopped.
    DATA_SET_CANCELLED = "Cancelled; nothing was saved.", "已取消，未保存任何内容。";
    /// It failed.
    DATA_SET_FAILED = "The data set cannot be built: {why}", "无法生成数据集：{why}";
    /// What the engine made is not what was asked for.
    DATA_SET_STOPPED = "it stopped at {done} of {count} subjects.", "在第 {done} 个受试者（共 {count} 个）处中断。";

    /// Copies a link.
    SHARE = "Copy link", "复制链接";
    /// What a link does.
    SHARE_HELP = "Whoever opens the link sees this image, computed anew on their own device.", "打开链接的人会在自己的设备上重新计算并看到同一幅图像。";
    /// Name of the field that holds it.
    SHARE_LINK = "Link to this image", "此图像的链接";
    /// It lies in the clipboard.
    SHARE_COPIED = "Copied.", "已复制。";
    /// The browser keeps the clipboard to itself.
    SHARE_BY_HAND = "Copy it from the field.", "请从输入框中复制。";
    /// The model came from the user's own file.
    SHARE_OWN_FILE = "Whoever opens the link also needs your .weave file: a link cannot carry the model.", "打开链接的人还需要您的 .weave 文件：链接无法携带模型。";
    /// Before there is a picture.
    SHARE_LATER = "There is no image to share yet.", "尚无可分享的图像。";
    /// A link that is cut or damaged.
    LINK_DAMAGED = "This link is incomplete or damaged, so the default image is shown. Ask for the whole link.", "此链接不完整或已损坏，因此显示默认图像。请索取完整的链接。";
    /// A link of another version.
    LINK_VERSION = "This link was made by another version of scanweave, so the default image is shown.", "此链接由其他版本的 scanweave 生成，因此显示默认图像。";
    /// A link made with other weights.
    LINK_OTHER_WEIGHTS = "This link was made with another model file than the one loaded here: the image may differ. If that was someone's own .weave file, open that file.", "此链接使用的模型文件与当前加载的不同：图像可能有差异。如果那是他人自己的 .weave 文件，请打开该文件。";
    /// A link whose drawing does not fit the model.
    LINK_DOES_NOT_FIT = "What this link shows does not fit the model that is loaded, so the default image is shown. Open the model it was made with.", "此链接的内容与当前模型不符，因此显示默认图像。请打开制作该链接时所用的模型。";
    /// An address that asks for what there is not, as `seed=-5`; both values are as an address writes them.
    ADDRESS_REFUSED = "The address asks for {asked}, which is not available: {shown} is shown instead.", "网址中的 {asked} 不可用，现改为显示 {shown}。";
}
