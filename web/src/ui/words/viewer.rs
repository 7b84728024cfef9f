//! Words of the part `viewer`: the pictures, how they are looked at, their figures, the status.

super::words! {
    /// Above a picture; `{name}` is a modality.
    SYNTHETIC_NAMED = "Synthetic {name}", "{name}（合成）";
    /// Below a picture of the gallery that stands in for one that is still to come.
    STAND_IN = "Precomputed image; yours is on its way", "预先生成的图像；您的图像正在计算";
    /// What a picture is, for those who do not see it.
    PICTURE_OF_SEED = "{picture}, seed {seed}", "{picture}，种子 {seed}";
    /// The same with a finding.
    PICTURE_OF_FINDING = "{picture}, seed {seed}, finding: {finding}", "{picture}，种子 {seed}，所见：{finding}";
    /// Name of the frame around a picture, for those who use keys.
    FRAME_OF = "{name}: plus and minus zoom, 0 shows all, arrow keys move", "{name}：加号和减号缩放，0 显示全部，方向键移动";
    /// Steps the seed back.
    PREVIOUS_SEED = "Previous seed", "上一个种子";
    /// Steps the seed.
    NEXT_SEED = "Next seed", "下一个种子";
    /// Paints the same map and label with other noise, for models whose generator is told a style.
    ANOTHER_TEXTURE = "Another texture", "换一种纹理";
    /// What it does.
    ANOTHER_TEXTURE_HELP = "The same anatomy and lesion as another scan would show them", "相同的解剖结构与病灶，另一次扫描的样子";

    /// Name of the strip of steps.
    HOW_IT_WAS_MADE = "How it was made", "生成步骤";
    /// A step: its name.
    STEP_SOURCE = "Your image", "您的图像";
    /// A step: what it shows.
    STEP_SOURCE_HELP = "at working size", "按工作尺寸";
    /// A step: its name.
    STEP_STRUCTURE = "Structure map", "结构图";
    /// A step: what it shows.
    STEP_STRUCTURE_HELP = "the lines to follow", "作为依据的线条";
    /// A step: its name.
    STEP_MASK = "Mask", "掩膜";
    /// A step: what it shows.
    STEP_MASK_HELP = "white is outside", "白色为器官外";
    /// A step: its name.
    STEP_FUSED = "Fused input", "融合输入";
    /// A step: what it shows.
    STEP_FUSED_HELP = "lines and noise", "线条与噪声";
    /// A step: its name.
    STEP_LESION = "Lesion label", "病灶标注";
    /// A step: what it shows.
    STEP_LESION_HELP = "what was asked for", "指定的病灶";

    /// Name of the tools above the pictures.
    LOOKING = "How to look", "查看方式";
    /// How modalities are compared.
    COMPARE_MODALITIES = "Compare", "比较";
    /// All modalities at once.
    SIDE_BY_SIDE = "Side by side", "并排";
    /// Two in turn.
    BLINK = "Blink", "交替";
    /// One beside the other, each as far as a line that is moved.
    SWIPE = "Swipe", "卷帘";
    /// The slider of that line.
    SWIPE_LINE = "Where the second image begins", "第二幅图像的起点";
    /// What stands on which side of it.
    SWIPE_LEGEND = "Left: {first}. Right: {second}.", "左：{first}；右：{second}。";
    /// One minus the other.
    DIFFERENCE = "Difference", "差值";
    /// The first of two modalities.
    FIRST_MODALITY = "First", "第一个";
    /// The second of two modalities.
    SECOND_MODALITY = "Second", "第二个";
    /// How often two modalities change.
    BLINK_RATE = "Changes per second", "每秒切换次数";
    /// Starts the blinking.
    BLINK_START = "Start", "开始";
    /// Stops it.
    BLINK_PAUSE = "Pause", "暂停";
    /// Shows the other of two modalities.
    BLINK_OTHER = "Show the other", "显示另一个";
    /// Legend of the difference.
    DIFFERENCE_LEGEND = "Orange: {first} is brighter. Blue: {second} is brighter. Full colour: {range} of 255 grey values apart.", "橙色：{first} 更亮；蓝色：{second} 更亮。颜色最深处相差 {range} 个灰度级（共 255）。";
    /// The comparison, for those who do not see it.
    COMPARISON_OF = "{first} and {second} compared", "{first} 与 {second} 的比较";
    /// Enlarges.
    ZOOM_IN = "Zoom in", "放大";
    /// Makes smaller.
    ZOOM_OUT = "Zoom out", "缩小";
    /// Shows the whole picture again.
    ZOOM_RESET = "Show all", "显示全部";
    /// Whether pixels are smoothed when they are enlarged.
    SMOOTH_PIXELS = "Smooth pixels", "平滑像素";
    /// Name of the overlays.
    OVERLAYS = "Overlays", "叠加显示";
    /// An overlay.
    OVERLAY_STRUCTURE = "Structure lines", "结构线";
    /// An overlay.
    OVERLAY_MASK = "Mask outline", "掩膜轮廓";
    /// An overlay.
    OVERLAY_ASKED = "Lesion asked for", "指定的病灶";
    /// An overlay: the same where it was drawn by hand.
    OVERLAY_DRAWN = "Lesion you drew", "您画的病灶";
    /// An overlay.
    OVERLAY_FOUND = "Lesion the network sees", "网络识别的病灶";
    /// How strongly overlays are drawn.
    OVERLAY_OPACITY = "Opacity", "不透明度";
    /// Where the cross-hair is and what it lies on.
    READ_OUT = "x {x}, y {y}: {values}", "x {x}，y {y}：{values}";
    /// When there is no cross-hair.
    READ_OUT_HELP = "Point at an image to read its pixel values. Zoom: Ctrl and wheel, pinch, or the + and - keys. Cross-hair: Shift and arrow keys.", "将指针移到图像上可读取像素值。缩放：Ctrl 加滚轮、双指捏合或 + 和 - 键。十字线：Shift 加方向键。";

    /// Title of the figures.
    FIGURES = "Measurements", "测量指标";
    /// Lesion asked against found, of one modality.
    FIGURE_DICE = "Lesion in {name}", "{name} 中的病灶";
    /// Its value.
    FIGURE_DICE_VALUE = "Dice {dice}", "Dice {dice}";
    /// Neither asked for nor found.
    FIGURE_NO_LESION = "none asked for, none found", "未指定，也未发现";
    /// Not asked for, but found.
    FIGURE_NOT_ASKED = "none asked for, {n} px found", "未指定，发现 {n} 像素";
    /// Asked for, but not found.
    FIGURE_NOT_FOUND = "asked for, not found", "已指定，未发现";
    /// What these figures are not.
    FIGURE_DICE_NOTE = "Dice, from 0 to 1: how well the lesion asked for and the lesion the network sees overlap. The same network guided the training, so this is a hint, not proof.", "Dice（0 到 1）：指定的病灶与网络识别的病灶的重叠程度。该网络也曾指导训练，因此结果仅供参考，不能作为证明。";
    /// How two modalities fit.
    FIGURE_REGISTER = "{first} on {second}", "{first} 与 {second} 的配准";
    /// Shift and mutual information.
    FIGURE_REGISTER_VALUE = "edges {shift} px apart, mutual information {information} nats", "边缘相差 {shift} 像素，互信息 {information} 奈特";
    /// What both mean.
    REGISTER_MEANS = "The modalities of a subject should show the same anatomy at the same place: edges apart by less than a pixel, and much mutual information, which says how well one image can be told from the other.", "同一受试者的各模态应在同一位置显示相同的解剖结构：边缘相差应小于一个像素，互信息（由一幅图像推知另一幅的程度）应较高。";
    /// A figure that cannot be computed.
    FIGURE_UNKNOWN = "?", "?";
    /// What the structure filter says of the map.
    FIGURE_STRUCTURE = "Structure map", "结构图";
    /// The filter takes it.
    MAP_PASSES = "passes the filter", "通过筛选";
    /// The filter refuses it.
    MAP_FAILS = "fails the filter", "未通过筛选";
    /// What the filter looks at, shown on request.
    MAP_SHAPE = "Only maps that pass go into data sets: their lines must close around the organ, in studies that draw its outline (off by {open} % here), and the organ must not be torn ({torn} % of it are spikes, dents or loose pieces).", "只有通过筛选的结构图才会进入数据集：轮廓须围住器官（限绘有轮廓的检查类型；此图偏差 {open} %），且器官不得破碎（此图的尖刺、凹陷和碎块占 {torn} %）。";
    /// What the discriminator gives the map.
    MAP_SCORE = "The network that tells real maps from generated ones scores it {score}; real maps get about 1, generated ones usually much less. Broken maps can score high, so this alone decides nothing.", "区分真实与生成结构图的网络给此图打 {score} 分；真实的约为 1 分，生成的通常低得多。破碎的结构图也可能得高分，因此不能仅凭此分判断。";
    /// How long it took.
    FIGURE_TIME = "Time per image", "每幅图像用时";
    /// Its value.
    FIGURE_TIME_VALUE = "{time} ms", "{time} 毫秒";
    /// What it was computed on.
    FIGURE_BACKEND = "Computed on", "计算设备";

    /// Status: painting.
    PAINTING = "Painting…", "正在绘制…";
    /// Status: something failed.
    THAT_FAILED = "That did not work; see the message.", "未能完成，请看提示信息。";
    /// Status: a model without a decoder.
    BRING_AN_IMAGE = "Ready. This model needs an image to paint from: choose or drop one.", "就绪。此模型依据图像绘制，请选择或拖入一幅图像。";
    /// Status: a picture is there.
    PAINTED_IN = "{from}: painted in {time} ms.", "{from}：已绘制，用时 {time} 毫秒。";
    /// The same without a time.
    PAINTED = "{from}: painted.", "{from}：已绘制。";
    /// Where the lines come from.
    FROM_SEED = "Seed {seed}", "种子 {seed}";
    /// Where the lines come from.
    FROM_LATENT = "From the latent space", "来自潜在空间";
    /// Where the lines come from.
    FROM_FILE = "From {name}", "来自 {name}";
    /// Where the lines come from.
    FROM_FIXED = "From the lines of a link", "来自链接中的线条";
    /// Where the lines come from.
    FROM_DRAWING = "From your drawing", "来自您的绘图";
    /// Status: loading.
    ENGINE_STARTS = "Starting the engine…", "正在启动计算引擎…";
    /// Status: loading.
    WEIGHTS_LOAD = "Loading the model…", "正在加载模型…";
    /// Status: loading.
    NETWORKS_BUILD = "Building the networks…", "正在构建网络…";
    /// Status: loading.
    KNOWN_PICTURE = "Checking against a reference image…", "正在与参考图像核对…";
    /// Name of the bar while a model loads.
    MODEL_LOADS = "Loading the model", "正在加载模型";
    /// Bytes that arrived.
    MEGABYTES = "{done} of {total} MB", "{done} / {total} MB";
    /// A backend.
    BADGE_CPU = "CPU", "CPU";
    /// A backend.
    BADGE_WEBGPU = "WebGPU", "WebGPU";
    /// Before there is one.
    BADGE_CHOOSING = "choosing what to compute on", "正在选择计算设备";
    /// Why the CPU: the address asked for it.
    REASON_ASKED = "chosen in the address", "由网址指定";
    /// On this adapter.
    REASON_IN_SOFTWARE = "{why}, in software", "{why}（软件模拟）";
    /// Why the CPU: no WebGPU.
    REASON_NO_WEBGPU = "this browser offers no WebGPU", "此浏览器不支持 WebGPU";
    /// Why the CPU: no adapter.
    REASON_NO_ADAPTER = "no GPU was found", "未找到 GPU";
    /// Why the CPU: the adapter has no timestamps.
    REASON_NO_TIMESTAMPS = "the GPU offers no timestamp queries", "GPU 不支持时间戳查询";
    /// Why the CPU: the browser says no.
    REASON_REFUSED = "the browser refuses access to the GPU: {why}", "浏览器拒绝使用 GPU：{why}";
    /// Why the CPU: the adapter is an emulation.
    REASON_SLOWER = "WebGPU runs in software here ({why}), which is slower", "此处的 WebGPU 由软件模拟（{why}），速度较慢";
    /// Why the CPU: the adapter did not start.
    REASON_NOT_STARTED = "WebGPU could not be started: {why}", "无法启动 WebGPU：{why}";
    /// Why the CPU: WebGPU failed.
    REASON_GIVEN_UP = "WebGPU was given up: {why}", "已停用 WebGPU：{why}";
    /// The browser has no room for the weights.
    NOT_KEPT = "The browser has no room to keep this model: everything works, but the next visit fetches it again and needs the network.", "浏览器没有存储此模型的空间：一切照常可用，但下次访问需要联网重新获取。";
    /// Canvases that were lost are there again.
    CANVASES_BACK = "The browser had dropped the images, as it does when the graphics driver stops. They have been drawn again; nothing is lost.", "浏览器曾丢弃图像（例如图形驱动停止时），现已重新绘制，没有任何内容丢失。";
    /// The browser refused to draw.
    CANNOT_DRAW = "The image cannot be shown: {why}.", "无法显示图像：{why}。";
}
