"""The words of `town`: names, roles, things, places, weather, each with its Chinese."""

from __future__ import annotations

from itertools import product

from lmlab.text.town.world import Person, Phrase, Place, Spot, Thing

GIRLS = """Mia 米娅|Anna 安娜|Lily 莉莉|Rosa 罗莎|Nora 诺拉|Emma 艾玛
Lucy 露西|Ivy 艾薇|Clara 克拉拉|Mei 小梅|Lan 小兰|Ling 小玲
Hana 哈娜|Zoe 佐伊|Ella 艾拉|Ruth 露丝|Ada 艾达|Vera 薇拉
Nina 妮娜|Alice 爱丽丝"""
BOYS = """Tom 汤姆|Ben 本恩|Sam 山姆|Leo 里奥|Max 马克斯|Jack 杰克
Finn 芬恩|Oscar 奥斯卡|Hugo 雨果|Paul 保罗|Noah 诺亚|Wei 小伟
Ming 小明|Jun 小军|Bo 小波|Tao 小涛|Omar 奥马尔|Ivan 伊万
Theo 西奥|Peter 彼得"""
NAMES: list[tuple[str, str, bool]] = [
    (*pair.split(" "), female)
    for table, female in ((GIRLS, True), (BOYS, False))
    for line in table.splitlines()
    for pair in line.split("|")
]

# English for a woman or girl | for a man or boy | Chinese for her | for him
CHILD_ROLES = """a little girl|a little boy|小女孩|小男孩
a girl of six|a boy of six|六岁女孩|六岁男孩
a girl of seven|a boy of seven|七岁女孩|七岁男孩
a girl of eight|a boy of eight|八岁女孩|八岁男孩
a girl of nine|a boy of nine|九岁女孩|九岁男孩
a clever girl|a clever boy|聪明的女孩|聪明的男孩
a shy girl|a shy boy|害羞的女孩|害羞的男孩
a cheerful girl|a cheerful boy|开朗的女孩|开朗的男孩"""
ADULT_ROLES = """a baker|a baker|面包师|面包师
a young farmer|a young farmer|年轻的农妇|年轻的农夫
an old gardener|an old gardener|年老的园丁|年老的园丁
a teacher|a teacher|老师|老师
a painter|a painter|画家|画家
a tailor|a tailor|裁缝|裁缝
a kind doctor|a kind doctor|好心的医生|好心的医生
a potter|a potter|陶匠|陶匠
a grandmother|a grandfather|老奶奶|老爷爷
a cook|a cook|厨师|厨师
a shepherd|a shepherd|牧羊人|牧羊人
a merry miller|a merry miller|快活的磨坊主|快活的磨坊主"""
MENDER_ROLES = """a carpenter|a carpenter|木匠|木匠
an old carpenter|an old carpenter|老木匠|老木匠
a tailor|a tailor|裁缝|裁缝
a potter|a potter|陶匠|陶匠
a clever toymaker|a clever toymaker|巧手玩具匠|巧手玩具匠"""
# English for a woman or girl | for a man or boy | Chinese for her | for him
RELATIONS = """friend|friend|朋友|朋友
best friend|best friend|最好的朋友|最好的朋友
cousin|cousin|表妹|表弟
sister|brother|妹妹|弟弟
neighbour|neighbour|邻居|邻居
good friend|good friend|好朋友|好朋友"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.splitlines()]


def _people(table: str, relations: bool = False) -> list[list[Person]]:
    """For each name, that person once for each row of the table."""
    people = []
    for name, chinese, female in NAMES:
        rows = [(row[0], row[2]) if female else (row[1], row[3]) for row in _rows(table)]
        fields = ("relation", "relation_chinese") if relations else ("role", "role_chinese")
        people.append(
            [Person(name, chinese, female, **dict(zip(fields, row, strict=True))) for row in rows]
        )
    return people


CHILDREN = _people(CHILD_ROLES)
ADULTS = _people(ADULT_ROLES)
MENDERS = _people(MENDER_ROLES)
FRIENDS = _people(RELATIONS, relations=True)
ANYONE = [friends + adults for friends, adults in zip(FRIENDS, ADULTS, strict=True)]
HEROES = [children + adults for children, adults in zip(CHILDREN, ADULTS, strict=True)]
PEOPLE = {
    "child": CHILDREN,
    "adult": ADULTS,
    "mender": MENDERS,
    "friend": FRIENDS,
    "anyone": ANYONE,
    "hero": HEROES,
}

LOOKS = {
    "colour": "red 红色的|blue 蓝色的|green 绿色的|yellow 黄色的|white 白色的|black 黑色的"
    "|brown 棕色的|purple 紫色的|orange 橙色的|grey 灰色的|pink 粉色的",
    "nature": "red 红色的|blue 蓝色的|green 绿色的|yellow 黄色的|white 白色的"
    "|grey 灰色的|pink 粉色的",
    "metal": "silver 银|golden 金|tin 锡",
    "wood": "wooden 木|painted 彩绘|carved 雕花",
    "fur": "black 黑色的|white 白色的|brown 棕色的|grey 灰色的|yellow 黄色的|spotted 带斑点的",
    "taste": "sweet 香甜的|warm 热乎乎的|fresh 新鲜的|round 圆圆的|soft 软软的",
    "fruit": "sweet 香甜的|ripe 熟透的|fresh 新鲜的|round 圆圆的|yellow 黄色的",
}
SIZES = {
    "colour": "| |small 小|big 大|old 旧|new 新",
    "metal": "| |small 小|old 旧|new 新",
    "wood": "| |small 小|big 大|old 旧|new 新",
    "fur": "| |small 小|little 小|young 小",
    "nature": "| |small 小|big 大",
    "taste": "| |small 小|big 大",
    "fruit": "| |small 小|big 大",
}
# noun | Chinese | measure word | look | what it may do in a story | how it is made | in Chinese
#   l lost  b broken, mended and lent  t traded  s stolen by a crow  g made as a gift
#   k a small gift  f food to share  p a pet
THINGS = """kite|风筝|只|colour|b t g|made|做
ball|球|个|colour|t k
drum|鼓|面|wood|b t
book|书|本|colour|l t
hat|帽子|顶|colour|l t g k|sewed|缝
scarf|围巾|条|colour|l t g k s|knitted|织
ribbon|丝带|条|colour|l t k s
bell|铃铛|个|metal|l t k s
key|钥匙|把|metal|l s
ring|戒指|枚|metal|l t s
spoon|勺子|把|metal|t s k
whistle|哨子|个|metal|l t k s
coin|硬币|枚|metal|l s
lamp|灯|盏|colour|b t
cup|杯子|个|colour|b t g|made|做
doll|娃娃|个|colour|l b t g|sewed|缝
umbrella|雨伞|把|colour|b t
basket|篮子|个|colour|t g|made|编
box|盒子|个|wood|b t g|made|做
flute|笛子|支|wood|l b t
boat|船|只|wood|b t g|carved|刻
toy horse|木马|匹|colour|b t g|carved|刻
chair|椅子|把|wood|b
sledge|雪橇|架|wood|b t
clock|钟|座|wood|b t
fiddle|提琴|把|wood|b t
vase|花瓶|个|colour|b g|made|做
picture|画|幅|colour|t g|painted|画
shell|贝壳|个|nature|l t k s
stone|石子|颗|nature|k t
feather|羽毛|根|nature|k t
flower|花|朵|nature|k
button|纽扣|颗|colour|l k s
brush|刷子|把|wood|l t
cake|蛋糕|个|taste|f k g|baked|烤
pie|馅饼|个|taste|f k g|baked|烤
bun|圆面包|个|taste|f k
loaf|面包|个|taste|f k
pancake|薄饼|张|taste|f
cheese|奶酪|块|taste|f k
apple|苹果|个|fruit|f k
pear|梨|个|fruit|f k
melon|甜瓜|个|fruit|f k
peach|桃子|个|fruit|f k
puppy|小狗|只|fur|p
kitten|小猫|只|fur|p
rabbit|兔子|只|fur|p
lamb|羊羔|只|fur|p
duck|鸭子|只|fur|p
hen|母鸡|只|fur|p
chick|小鸡|只|fur|p"""


def _pairs(table: str) -> list[tuple[str, str]]:
    return [tuple(pair.split(" ")) if pair.strip() else ("", "") for pair in table.split("|")]


def _things() -> dict[str, list[list[Thing]]]:
    """For each class of things, for each noun of it, that noun in all sizes and looks."""
    classes: dict[str, list[list[Thing]]] = {}
    for noun, chinese, measure, look, uses, *made in _rows(THINGS):
        verb, verb_chinese = made or ("", "")
        looks = product(_pairs(SIZES[look]), _pairs(LOOKS[look]))
        kinds = [Thing(noun, s, k, verb, chinese, measure, sc, kc, verb_chinese)
                 for (s, sc), (k, kc) in looks]  # fmt: skip
        for use in uses.split():
            fitting = [kind for kind in kinds if use != "g" or kind.size != "old"]
            classes.setdefault(use, []).append(fitting)
    return classes


THINGS_BY_USE = _things()

# name | preposition | Chinese | inside, in Chinese | outdoors? | spots, each with its Chinese
PLACES = """park|in|公园|公园里|o|behind a tree 树后面|under a bench 长椅下面|behind the fountain 喷泉后面
garden|in|花园|花园里|o|behind a bush 灌木后面|under an apple tree 苹果树下|behind the wall 墙后面
river|by|河边|河边|o|under a willow 柳树下|behind a rock 岩石后面|under the bridge 桥下
forest|in|森林|森林里|o|behind an oak 橡树后面|under a fir tree 冷杉树下|behind a fallen tree 倒下的树后面
farm|on|农场|农场里|o|behind the barn 谷仓后面|under a wagon 马车下面|behind a haystack 草垛后面
beach|on|海滩|海滩上|o|behind a rock 岩石后面|behind a dune 沙丘后面|under a net 渔网下面
hill|on|小山|小山上|o|behind a rock 岩石后面|under a pine tree 松树下|behind a hedge 树篱后面
meadow|in|草地|草地上|o|behind a hedge 树篱后面|under a bush 灌木下面|behind a haystack 草垛后面
lake|by|湖边|湖边|o|behind the reeds 芦苇后面|under a willow 柳树下|behind a rock 岩石后面
square|in|广场|广场上|o|behind the fountain 喷泉后面|under a bench 长椅下面|behind a statue 雕像后面
orchard|in|果园|果园里|o|under a pear tree 梨树下|under a ladder 梯子下面|behind the wall 墙后面
village|in|村子|村子里|o|behind the well 水井后面|under a bench 长椅下面|behind the wall 墙后面
harbour|at|港口|港口|o|behind a barrel 木桶后面|under a net 渔网下面|behind a mast 桅杆后面
market|at|集市|集市上|o|under a table 桌子下面|behind a barrel 木桶后面|behind a tent 帐篷后面
school|at|学校|学校里||under a desk 课桌下面|behind the door 门后面|behind a cupboard 柜子后面
library|in|图书馆|图书馆里||under a table 桌子下面|behind the door 门后面|behind a shelf 书架后面
mill|at|磨坊|磨坊里||under the stairs 楼梯下面|behind a sack 麻袋后面|behind the door 门后面
station|at|车站|车站里||under a bench 长椅下面|behind a pillar 柱子后面|behind a trunk 箱子后面
bakery|in|面包店|面包店里||under the counter 柜台下面|behind the oven 烤炉后面|behind a sack 麻袋后面
workshop|in|作坊|作坊里||under a table 桌子下面|behind the door 门后面|behind a barrel 木桶后面
castle|at|城堡|城堡里||under the stairs 楼梯下面|behind a pillar 柱子后面|behind the gate 大门后面
kitchen|in|厨房|厨房里||under a table 桌子下面|behind the oven 烤炉后面|behind a cupboard 柜子后面"""  # noqa: E501


def _place(row: list[str]) -> Place:
    name, preposition, chinese, inside, outdoors, *spots = row
    return Place(
        name,
        preposition,
        chinese,
        inside,
        outdoors == "o",
        tuple(Spot(*spot.rsplit(" ", 1)) for spot in spots),
    )


ALL_PLACES = [_place(row) for row in _rows(PLACES)]
PLACES_BY_USE = {
    "any": ALL_PLACES,
    "outdoors": [place for place in ALL_PLACES if place.outdoors],
    "indoors": [place for place in ALL_PLACES if not place.outdoors],
}

WEATHER = [
    Phrase(*row)
    for row in _rows("""sunny morning|一个阳光明媚的早晨
windy afternoon|一个刮风的下午
cold winter day|一个寒冷的冬日
warm spring day|一个温暖的春日
quiet afternoon|一个安静的下午
hot summer day|一个炎热的夏日
cloudy morning|一个多云的早晨
bright autumn day|一个晴朗的秋日
fine Sunday morning|一个晴朗的星期天早晨
grey afternoon|一个阴沉的下午
cool morning|一个凉爽的早晨
misty morning|一个有雾的早晨
lovely spring morning|一个美好的春天早晨
dry autumn afternoon|一个干爽的秋天下午
pleasant summer morning|一个宜人的夏日早晨
snowy morning|一个下雪的早晨""")
]
NUMBERS = [
    Phrase(*row)
    for row in _rows("""ten|十
twelve|十二
fifteen|十五
twenty|二十
thirty|三十
forty|四十
fifty|五十
a hundred|一百""")
]
