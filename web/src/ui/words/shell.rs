//! Words of the page around its parts: study, panels, keys, cards, trouble. What `index.html` and
//! `start.js` say too stands in `assets/shell/words.js` (`ui::shell::site`).

super::words! {
    /// Label of the choice of models.
    STUDY = "Study", "检查类型";
    /// A model from the user's own file.
    OWN_FILE = "Your own file", "您自己的文件";
    /// Opens a weights file.
    OPEN_WEAVE = "Open a .weave file", "打开 .weave 文件";
    /// What opening one does.
    OPEN_WEAVE_HELP = "A model of your own, for instance from the trainer. It stays on this device.", "您自己的模型，例如训练程序导出的模型。文件只留在本设备上。";
    /// Name of the column of tools.
    TOOLS_COLUMN = "Tools", "工具";
    /// Name of the pictures.
    RESULT_COLUMN = "Result", "结果";
    /// Name of the column of exports.
    SIDE_COLUMN = "Downloads and details", "下载与详情";
    /// Title of the panel of the structure map.
    STRUCTURE_PANEL = "Structure map", "结构图";
    /// Title of the panel of the lesion.
    LESION_PANEL = "Lesion", "病灶";
    /// Title of the panel of exports.
    EXPORT_PANEL = "Download and share", "下载与分享";
    /// Title of the panel of the device and the keys.
    ENGINE_PANEL = "Computed on", "计算设备";

    /// A number that was refused where it was typed.
    NUMBER_REFUSED = "Not accepted: type a whole number from {least} to {most}.", "无效：请输入 {least} 到 {most} 之间的整数。";

    /// Title of the list of keys.
    KEYS = "Keys", "快捷键";
    /// A key.
    KEYS_SEED = "previous and next seed", "上一个和下一个种子";
    /// A key.
    KEYS_UNDO = "undo the last change", "撤销上一步";
    /// A key.
    KEYS_REDO = "redo it", "重做";
    /// A key.
    KEYS_ZOOM = "on an image: zoom in, zoom out, show all", "在图像上：放大、缩小、显示全部";
    /// A key.
    KEYS_MOVE = "on an enlarged image: move around", "在放大的图像上：移动图像";
    /// A key.
    KEYS_CROSS = "on an image: move the cross-hair", "在图像上：移动十字线";
    /// A key.
    KEYS_DRAW = "on a drawing board: move the pen", "在绘图板上：移动画笔";
    /// A key.
    KEYS_PRESS = "on a drawing board: put the pen down or lift it", "在绘图板上：落笔或抬笔";
    /// A key.
    KEYS_ESCAPE = "on a drawing board: cancel the stroke", "在绘图板上：放弃当前笔画";
    /// A key.
    KEYS_HELP = "show this list", "显示此列表";
    /// The key of a computer that is the longest.
    KEYS_SPACE = "Space", "空格";

    /// Title of the model cards.
    CARDS = "Model cards", "模型卡片";
    /// What they are for.
    CARDS_HELP = "What each model was made from, how good it is, and where it fails. Cards are written in English.", "每个模型的数据来源、表现以及失败情形。卡片内容为英文。";
    /// Title of the card of the model that is loaded.
    CARD_LOADED = "About this model: {name}", "关于此模型：{name}";
    /// A row of a card.
    CARD_MODEL = "Model", "模型";
    /// A row of a card.
    CARD_DATA = "Data", "数据";
    /// A row of a card.
    CARD_LICENCE = "Licence", "许可";
    /// A row of a card.
    CARD_TRAINING = "Training", "训练";
    /// A row of a card.
    CARD_LIMITS = "Limits and failures", "局限与失败情形";
    /// A row of a card: classes that nobody is offered.
    CARD_WITHHELD = "Not offered", "未提供的类别";
    /// A row of a card.
    CARD_SIZE = "Size", "规格";
    /// Its value.
    CARD_SIZE_VALUE = "{side} × {side} pixels, latent of {latent} values, file of {size} MB", "{side} × {side} 像素，潜变量 {latent} 维，文件 {size} MB";
    /// Its value before the model is loaded.
    CARD_SIZE_FILE = "file of {size} MB", "文件 {size} MB";
    /// A row of a card.
    CARD_TEST = "Self-test", "自检";
    /// Its value.
    CARD_TEST_VALUE = "differs from the reference image by at most {difference} (full scale: 1)", "与参考图像的最大差异为 {difference}（满量程为 1）";
    /// Its value for a model without a known picture.
    CARD_TEST_NONE = "the file holds no reference image", "文件中没有参考图像";
    /// A row of a card.
    CARD_DIGEST = "SHA-256", "SHA-256";
    /// A row of a card.
    CARD_FILE = "File", "文件";
    /// Above the measured figures.
    CARD_FIGURES = "Measured", "测量结果";
    /// Heading of a column.
    CARD_FIGURE = "Measure", "指标";
    /// Heading of a column.
    CARD_VALUE = "Value", "数值";
    /// Above the commands that made a model.
    CARD_COMMANDS = "Commands that made it", "生成此模型的命令";
    /// A card that is on its way.
    CARD_LOADING = "Loading the card…", "正在加载卡片…";
    /// A card that cannot be read.
    CARD_MISSING = "The card cannot be read: open the model to see the one inside it.", "无法读取卡片：请打开模型查看其内部的卡片。";

    /// No model is offered.
    NO_MODELS = "No models are available here: open a .weave file of your own.", "此处没有可用的模型：请打开您自己的 .weave 文件。";
    /// The list of models is damaged.
    LIST_BROKEN = "The list of models ({list}) cannot be read. Reload the page, or open a .weave file of your own. Details:", "无法读取模型列表（{list}）。请重新加载页面，或打开您自己的 .weave 文件。详情：";
    /// A model that is not in the list.
    NOT_ON_OFFER = "This model is not available here: choose another one.", "此处没有该模型：请选择其他模型。";
    /// Messages cannot be sent.
    ENGINE_UNREACHABLE = "The engine cannot be reached. Start it again; the gallery below still works.", "无法连接计算引擎。请重新启动引擎；下方的图库仍可使用。";
    /// The worker cannot be made.
    ENGINE_REFUSED = "The engine cannot be started: this browser does not let pages compute in the background. Update it, or use a current Firefox, Chrome, Edge or Safari; the gallery below still works.", "无法启动计算引擎：此浏览器不允许页面在后台计算。请更新浏览器，或换用新版 Firefox、Chrome、Edge 或 Safari；下方的图库仍可使用。";
    /// The worker did not get to its first word.
    ENGINE_NOT_LOADED = "The engine could not be loaded. Check the network and start it again; if that does not help, clear the stored files at the end of the page and reload it, or update the browser. The gallery below still works.", "计算引擎未能加载。请检查网络并重新启动引擎；如果仍不行，请在页面底部清除已存储的文件并重新加载页面，或更新浏览器。下方的图库仍可使用。";
    /// The worker has not said anything for long.
    ENGINE_SILENT = "The engine has not answered yet. On a slow network it may still arrive; otherwise start it again. The gallery below still works.", "计算引擎尚未响应。网络较慢时可能仍在加载，否则请重新启动引擎。下方的图库仍可使用。";
    /// It died twice.
    ENGINE_STOPPED = "The engine stopped again. Start it again, or try something smaller; the gallery below still works.", "计算引擎再次停止。请重新启动，或换用较小的文件或模型；下方的图库仍可使用。";
    /// It died twice for want of memory.
    ENGINE_NO_MEMORY = "The engine ran out of memory again: this browser gives the page too little. Close other tabs, or choose a smaller model or file, then start the engine again; the gallery below still works.", "计算引擎再次内存不足：浏览器分配给此页面的内存太少。请关闭其他标签页，或选择较小的模型或文件，然后重新启动引擎；下方的图库仍可使用。";
    /// It died once and is there again.
    ENGINE_BACK = "The engine stopped and was restarted on the CPU, with the last model. Everything works as before, but what it was computing is lost.", "计算引擎曾停止，现已在 CPU 上重新启动并载入上一个模型。一切照常可用，但当时的计算已丢失。";
    /// The same for want of memory.
    ENGINE_BACK_NO_MEMORY = "The engine ran out of memory and was restarted on the CPU, with the last model. Everything works as before. To try again, choose a smaller file or model, or close other tabs.", "计算引擎内存不足，现已在 CPU 上重新启动并载入上一个模型。一切照常可用。如要重试，请选择较小的文件或模型，或关闭其他标签页。";
    /// The graphics device failed while it computed.
    STEPPED_DOWN = "The GPU stopped working. Images are now computed on the CPU: the same images, only more slowly.", "GPU 已停止工作。现在改由 CPU 计算：图像相同，但速度较慢。";
    /// The badge after it died once.
    ENGINE_RESTARTED = "the engine stopped and was restarted: {why}", "计算引擎停止后已重新启动：{why}";
    /// The badge after it ran out of memory once.
    ENGINE_RESTARTED_NO_MEMORY = "the engine ran out of memory and was restarted", "计算引擎内存不足，已重新启动";
    /// The worker is of another build.
    ENGINE_OTHER_VERSION = "Page and engine are of different versions: reload the page.", "页面与引擎版本不一致：请重新加载页面。";
    /// The page has no place for the app.
    PAGE_INCOMPLETE = "The page is incomplete: it has no place for the workbench. Reload it.", "页面不完整：缺少工作台的位置。请重新加载。";
}
