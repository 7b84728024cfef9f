//! Words of the part `lesion`.

super::words! {
    /// A study without lesions.
    LESION_UNKNOWN = "This study knows no lesions: its images are painted without.", "此检查类型没有病灶：其图像均不含病灶。";
    /// Title of the findings.
    LESION_FINDING = "What the image shows", "图像所示";
    /// What a finding is.
    LESION_CLASS_HELP = "This study labels whole images: a finding has no place that could be drawn.", "此检查类型标注的是整幅图像：所见没有可绘制的位置。";
    /// What the tools do.
    LESION_HELP = "Blue is the lesion asked for. The hatched orange zone is closed to it.", "蓝色为所要求的病灶。橙色斜线区域内不能放置病灶。";
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
    LESION_BENEATH = "Show the picture beneath", "在下方显示图像";
    /// Name of the board for masks.
    BOARD_LESION = "Drawing board: lesion", "绘图板：病灶";
    /// Name of the board for boxes.
    BOARD_BOXES = "Drawing board: boxes", "绘图板：方框";
    /// The rule.
    LESION_INSIDE = "A lesion may only lie inside the organ.", "病灶只能位于器官内部。";
    /// The rule with a margin.
    LESION_INSIDE_BY = "A lesion may only lie inside the organ, {margin} px from its outline.", "病灶只能位于器官内部，且距其轮廓至少 {margin} 像素。";
    /// It lies outside now.
    LESION_LIES_OUTSIDE = "The chequered part does not.", "棋盘格部分不符合要求。";
    /// A part of it did.
    LESION_CUT = "What reached beyond was cut off.", "超出的部分已去除。";
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
    TURN_LEFT = "Turn left", "左转";
    /// Turns to the right.
    TURN_RIGHT = "Turn right", "右转";
    /// Scales down.
    SMALLER = "Smaller", "缩小";
    /// Scales up.
    LARGER = "Larger", "放大";
    /// What box tools do.
    BOX_HELP = "Drag a box over a place for a lesion, or move a box by its middle and change it by its corners. The hatched orange zone is closed to it.", "在要放置病灶的位置拖出方框，或拖动方框中部移动、拖动四角改变大小。橙色斜线区域内不能放置病灶。";
    /// A tool.
    BOX_DRAW = "New box", "新方框";
    /// A tool.
    BOX_MOVE = "Move and resize", "移动和缩放";
    /// Name of the list of boxes.
    BOXES = "Boxes", "方框";
    /// A box.
    BOX_AT = "{class}: x {x}, y {y}, {width} x {height} px", "{class}：x {x}，y {y}，{width} x {height} 像素";
    /// Takes a box away.
    BOX_DELETE = "Delete", "删除";
}
