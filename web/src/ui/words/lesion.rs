//! Words of the part `lesion`.

super::words! {
    /// A study without lesions.
    LESION_UNKNOWN = "No lesions here: this study has none.", "此处没有病灶：此检查类型不含病灶。";
    /// Title of the findings.
    LESION_FINDING = "What the image shows", "影像所见";
    /// What a finding is.
    LESION_CLASS_HELP = "This study labels whole images, so there is no lesion to draw.", "此检查类型标注的是整幅图像，因此没有可画的病灶。";
    /// Between the names of a list.
    LESION_LISTED = ", ", "、";
    /// Findings that the model's card withholds.
    LESION_WITHHELD = "Not offered: {names}. What this model paints for it cannot be told apart from the rest; the model card says what was measured.", "未提供：{names}。此模型为其绘制的图像与其他图像无法区分；测量结果见模型卡片。";
    /// What the tools do.
    LESION_HELP = "Blue is the lesion. It cannot lie in the hatched orange zone.", "蓝色为病灶。橙色斜线区域内不能放置病灶。";
    /// A lesion by chance.
    LESION_RANDOM = "Place at random", "随机放置";
    /// No lesion.
    LESION_NONE = "No lesion", "无病灶";
    /// Nothing fits.
    LESION_NO_ROOM = "There is no room for a lesion: the organ is too small or missing.", "没有放置病灶的空间：器官过小或缺失。";
    /// Name of the tools.
    LESION_TOOLS = "Lesion tool", "病灶工具";
    /// A tool.
    LESION_BRUSH = "Brush", "画刷";
    /// A tool.
    LESION_ELLIPSE = "Ellipse", "椭圆";
    /// A tool.
    LESION_ERASE = "Erase", "擦除";
    /// A tool.
    LESION_MOVE = "Move", "移动";
    /// How wide brush and eraser are.
    LESION_WIDTH = "Size", "大小";
    /// Choice of the class.
    LESION_CLASS = "Class", "类别";
    /// What lies beneath.
    LESION_BENEATH = "Show the image behind it", "以图像作为背景";
    /// Name of the board for masks.
    BOARD_LESION = "Drawing board: lesion", "绘图板：病灶";
    /// Name of the board for boxes.
    BOARD_BOXES = "Drawing board: boxes", "绘图板：方框";
    /// The rule.
    LESION_INSIDE = "A lesion may only lie inside the organ.", "病灶只能位于器官内部。";
    /// The rule with a margin.
    LESION_INSIDE_BY = "A lesion may only lie inside the organ, at least {margin} px from its outline.", "病灶只能位于器官内部，且距其轮廓至少 {margin} 像素。";
    /// It lies outside now.
    LESION_LIES_OUTSIDE = "The chequered part lies outside.", "棋盘格部分超出范围。";
    /// A part of it did.
    LESION_CUT = "The part that lay outside was cut off.", "超出的部分已去除。";
    /// It was taken back.
    LESION_TAKEN_BACK = "The last change was taken back.", "上一次更改已撤回。";
    /// Turns.
    TURN = "Turn", "旋转";
    /// So many degrees.
    DEGREES = "{n}°", "{n}°";
    /// Scales.
    SCALE = "Scale", "缩放";
    /// So many percent.
    PERCENT = "{n} %", "{n} %";
    /// Turns to the left.
    TURN_LEFT = "Turn left", "向左旋转";
    /// Turns to the right.
    TURN_RIGHT = "Turn right", "向右旋转";
    /// Scales down.
    SMALLER = "Smaller", "缩小";
    /// Scales up.
    LARGER = "Larger", "放大";
    /// What box tools do.
    BOX_HELP = "Drag to draw a box, or move one by its middle and resize it by its corners. Boxes cannot lie in the hatched orange zone.", "拖动可画出方框；拖动方框中部可移动，拖动四角可改变大小。橙色斜线区域内不能放置方框。";
    /// A tool.
    BOX_DRAW = "New box", "新方框";
    /// A tool.
    BOX_MOVE = "Move and resize", "移动和缩放";
    /// Name of the list of boxes.
    BOXES = "Boxes", "方框";
    /// A box.
    BOX_AT = "{class}: x {x}, y {y}, {width} × {height} px", "{class}：x {x}，y {y}，{width} × {height} 像素";
    /// Takes a box away.
    BOX_DELETE = "Delete", "删除";
}
