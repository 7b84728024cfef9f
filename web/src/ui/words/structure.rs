//! Words of the part `structure`: tabs, sample, walk, image, drawing; and of the board, which lesions
//! are drawn on, too.

super::words! {
    /// Name of the row of tabs.
    TABS_NAME = "Where the structure map comes from", "结构图的来源";
    /// A tab.
    TAB_SAMPLE = "Sample", "采样";
    /// A tab.
    TAB_WALK = "Walk", "漫游";
    /// A tab.
    TAB_IMAGE = "Image", "图像";
    /// A tab.
    TAB_DRAW = "Draw", "绘制";

    /// Label of the seed.
    SEED = "Seed", "种子";
    /// What a seed is.
    SEED_HELP = "The same seed always gives the same subject. Left and right arrow keys go to neighbouring seeds.", "同一种子总是生成同一受试者。左右方向键可切换种子。";
    /// Draws a random seed.
    RANDOM = "Random", "随机";
    /// Samples the seed.
    SAMPLE = "Sample", "采样";
    /// Label of the choice of findings.
    FINDING = "Finding", "影像所见";
    /// A finding.
    FINDING_NONE = "none", "无";
    /// A finding.
    FINDING_LESION = "lesion", "病灶";
    /// A finding.
    FINDING_NORMAL = "normal", "正常";
    /// A finding.
    FINDING_BACTERIA = "bacterial pneumonia", "细菌性肺炎";
    /// A finding.
    FINDING_VIRUS = "viral pneumonia", "病毒性肺炎";
    /// A finding.
    FINDING_CONSOLIDATION = "consolidation", "实变";
    /// A finding.
    FINDING_TUMOUR = "tumour", "肿瘤";
    /// A class of a tumour.
    FINDING_CORE = "core", "核心";
    /// A class of a tumour.
    FINDING_OEDEMA = "oedema", "水肿";
    /// A class of a tumour.
    FINDING_ENHANCING = "enhancing", "强化区";
    /// A class of a tumour.
    FINDING_NON_ENHANCING = "non-enhancing", "非强化区";
    /// A class of a tumour.
    FINDING_NECROSIS = "necrosis", "坏死";
    /// A finding.
    FINDING_NODULE = "nodule", "结节";
    /// A finding.
    FINDING_RETINOPATHY = "retinopathy", "视网膜病变";

    /// What the walk is.
    WALK_HELP = "Every place in this square is a different structure map, and neighbours look alike. The seed is in the middle. Drag the point.", "方框中的每个位置都对应一幅结构图，相邻位置的结构图相似。中心是当前种子。拖动圆点即可漫游。";
    /// Name of the square.
    WALK_NAME = "Plane through the latent of the seed", "经过种子潜变量的平面";
    /// Keys of the square.
    WALK_KEYS = "Arrow keys move the point, with Shift a whole tile, Enter goes to the middle of the nearest tile, Home back to the seed.", "方向键移动圆点，按住 Shift 每次移动一格；Enter 移到最近一格的中心，Home 回到种子。";
    /// The place.
    WALK_AT = "Seed {seed}, x {x}, y {y}", "种子 {seed}，x {x}，y {y}";
    /// The map that is shown lies on no plane.
    WALK_OFF = "The map shown is not on this plane.", "当前结构图不在此平面上。";
    /// The model has no decoder.
    WALK_NOT = "This model cannot generate structure maps of its own: open an image, or draw the lines yourself.", "此模型不能自行生成结构图：请打开一幅图像，或手绘线条。";
    /// Draws the atlas.
    ATLAS_SHOW = "Show atlas", "显示图谱";
    /// What the atlas is.
    ATLAS_HELP = "81 maps of this plane, drawn one after the other.", "此平面上的 81 幅结构图，依次绘出。";
    /// The atlas is on its way.
    ATLAS_DRAWING = "{n} of {all} maps drawn. Click one to go there.", "已绘出 {n} / {all} 幅。点击即可前往。";
    /// The atlas is there.
    ATLAS_DONE = "All maps are drawn. Click one to go there.", "图谱已完成。点击即可前往某幅结构图。";
    /// The atlas cannot be drawn.
    ATLAS_FAILED = "The atlas could not be drawn. Try again.", "无法绘制图谱。请重试。";
    /// What pins are for.
    PIN_HELP = "Pin two places, then slide from one to the other.", "固定两个位置，然后在二者之间滑动。";
    /// Pins the first place.
    PIN_A = "Pin A", "固定 A";
    /// Pins the second place.
    PIN_B = "Pin B", "固定 B";
    /// A place that is not pinned.
    PIN_NONE = "not pinned", "未固定";
    /// A place that is pinned.
    PIN_AT = "seed {seed}, x {x}, y {y}", "种子 {seed}，x {x}，y {y}";
    /// The slider between the pins.
    BETWEEN = "From A to B", "从 A 到 B";
    /// Its value.
    BETWEEN_AT = "{percent} %", "{percent} %";

    /// Label of the picker.
    FILE_LABEL = "From an image", "来自图像";
    /// What can be brought.
    FILE_HINT = "Drop a PNG, JPEG, TIFF, DICOM or NIfTI file, or choose one", "拖入 PNG、JPEG、TIFF、DICOM 或 NIfTI 文件，或点击选择";
    /// What was brought.
    FILE_TAKEN = "From {name}", "来自 {name}";
    /// An image that is not square.
    FILE_FITTED = "{name} ({width} × {height} pixels) keeps its shape; the rest of the square is background.", "{name}（{width} × {height} 像素）保持原有形状；方形的其余部分为背景。";
    /// Where it stays.
    FILE_PRIVATE = "The page finds the lines of your image and paints a new image from them. Nothing leaves this device. A .weave file opens as a model.", "页面会提取您图像中的线条，并据此绘制新的图像。任何数据都不会离开本设备。.weave 文件会作为模型打开。";
    /// A file before a model.
    FILE_WAITS = "{name} will be read as soon as the model is loaded.", "模型加载完成后将读取 {name}。";
    /// Something dropped that is no file.
    FILE_NONE = "Only files can be dropped here: save the image first, then drop the file.", "此处只能拖入文件：请先保存图像，再拖入该文件。";
    /// Nothing was brought.
    IMAGE_NONE = "Open an image to see here, step by step, how its lines are found.", "打开一幅图像后，可在此逐步查看线条的提取过程。";
    /// Goes back to the image.
    IMAGE_BACK = "Use {name} again", "再次使用 {name}";
    /// The slider of slices.
    SLICE = "Slice", "切片";
    /// Its value.
    SLICE_AT = "{n} of {all}", "{n} / {all}";
    /// Title of the values.
    VALUES = "How lines are found", "线条提取参数";
    /// What they are.
    VALUES_HELP = "The values of algorithms 1 (lines) and 2 (mask), in the order they are used.", "算法 1（线条）和算法 2（掩膜）的参数，按使用顺序排列。";
    /// Back to the study's values.
    VALUES_STUDY = "Reset to the study's values", "恢复该检查类型的默认值";
    /// A value.
    VALUE_SMOOTHING = "Smoothing, sigma", "平滑，sigma";
    /// Switches local contrast.
    VALUE_CONTRAST = "Even out local contrast", "局部对比度归一化";
    /// A value.
    VALUE_LIMIT = "Limit of local contrast, standard deviations", "局部对比度上限（标准差）";
    /// The value when nothing is cut.
    VALUE_NO_LIMIT = "none", "无";
    /// A value.
    VALUE_SIGMA1 = "Blur of gradients, sigma 1", "梯度模糊，sigma 1";
    /// A value.
    VALUE_ALPHA = "Threshold of gradients, alpha", "梯度阈值，alpha";
    /// A value.
    VALUE_SIGMA2 = "Blur of lines, sigma 2", "线条模糊，sigma 2";
    /// A value.
    VALUE_BETA = "Threshold of lines, beta", "线条阈值，beta";
    /// A value.
    VALUE_MEDIAN = "Median filter, pixels", "中值滤波，像素";
    /// A value.
    VALUE_THRESHOLD = "Mask: darker is background", "掩膜：低于此亮度为背景";
    /// Name of the strip of steps.
    EXTRACT_STEPS = "Algorithm 1, step by step", "算法 1 的各个步骤";
    /// A step.
    EXTRACT_IMAGE = "Image", "图像";
    /// A step.
    EXTRACT_SMOOTHED = "Smoothed", "平滑后";
    /// A step.
    EXTRACT_CONTRAST = "Local contrast", "局部对比度";
    /// A step.
    EXTRACT_SOBEL_X = "Gradient across", "水平梯度";
    /// A step.
    EXTRACT_SOBEL_Y = "Gradient down", "垂直梯度";
    /// A step.
    EXTRACT_LOWER = "Lower of both", "二者较小值";
    /// A step.
    EXTRACT_LOWER_BLURRED = "Lower, blurred", "较小值，模糊后";
    /// A step.
    EXTRACT_LOWER_LINES = "Lower lines", "较小值的线条";
    /// A step.
    EXTRACT_UPPER = "Upper of both", "二者较大值";
    /// A step.
    EXTRACT_UPPER_BLURRED = "Upper, blurred", "较大值，模糊后";
    /// A step.
    EXTRACT_UPPER_LINES = "Upper lines", "较大值的线条";
    /// A step.
    EXTRACT_UNION = "Both together", "合并";
    /// A step.
    EXTRACT_LINES = "Blurred and cut", "模糊并取阈值";
    /// A step.
    EXTRACT_MEDIAN = "Median filter", "中值滤波";
    /// A step.
    EXTRACT_REDUCED = "At working size", "缩至工作尺寸";
    /// A step.
    EXTRACT_LONG = "Long lines", "较长的线条";
    /// A step.
    EXTRACT_MAP = "Structure map", "结构图";

    /// What drawing does.
    DRAW_HELP = "Draw into the map, or start with an empty sheet. What an outline encloses becomes the organ; lines outside it are ignored.", "在结构图上画线，或从空白画布开始。轮廓所围的区域即为器官，其外的线条会被忽略。";
    /// Name of the tools.
    DRAW_TOOLS = "Drawing tool", "绘图工具";
    /// A tool.
    TOOL_PEN = "Pen", "画笔";
    /// A tool.
    TOOL_ERASER = "Eraser", "橡皮";
    /// A tool.
    TOOL_LINE = "Line", "直线";
    /// How wide it draws.
    PEN_WIDTH = "Width", "粗细";
    /// So many pixels.
    PIXELS = "{n} px", "{n} 像素";
    /// Takes the last change back.
    UNDO = "Undo", "撤销";
    /// Does it again.
    REDO = "Redo", "重做";
    /// Takes away what was drawn.
    CLEAR = "Clear drawing", "清除绘图";
    /// An empty sheet.
    EMPTY_SHEET = "Empty sheet", "空白画布";
    /// Why nothing is painted.
    SHEET_EMPTY = "Nothing is painted: the sheet is empty. Draw a closed outline; what it encloses becomes the organ.", "未绘制任何内容：画布为空。请画出闭合的轮廓，其所围的区域即为器官。";
    /// Why nothing is painted.
    OUTLINE_OPEN = "Nothing is painted: no outline is closed. Join its ends; what it encloses becomes the organ.", "未绘制任何内容：轮廓没有闭合。请连接其两端，所围的区域即为器官。";

    /// Name of the board for lines.
    BOARD_LINES = "Drawing board: structure map", "绘图板：结构图";
    /// Keys of a board.
    BOARD_KEYS = "Arrow keys move the pen, eight pixels at a time with Shift. Space or Enter puts it down or lifts it; Escape cancels the stroke.", "方向键移动画笔，按住 Shift 每次移动八个像素。空格或 Enter 落笔和抬笔，Esc 放弃当前笔画。";
    /// Where the pen is.
    BOARD_PLACE = "x {x}, y {y}", "x {x}，y {y}";
    /// The pen went down.
    BOARD_DOWN = "Pen down at x {x}, y {y}", "已落笔：x {x}，y {y}";
    /// The pen was lifted.
    BOARD_UP = "Pen lifted at x {x}, y {y}", "已抬笔：x {x}，y {y}";
    /// A stroke was given up.
    BOARD_CANCELLED = "Stroke cancelled", "已放弃笔画";
    /// A stroke was refused.
    BOARD_REFUSED = "Stroke taken back", "笔画已撤回";
}
