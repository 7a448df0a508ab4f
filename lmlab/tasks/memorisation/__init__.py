"""What a model keeps of single texts: secrets to be asked for, and membership. Chapter 8.2."""

from lmlab.tasks.memorisation.canaries import (
    code_log_probs,
    exposure,
    exposures,
    secret_log_probs,
)
from lmlab.tasks.memorisation.doctors_book import (
    DoctorsBook,
    Secret,
    as_rows,
    book_tokenizer,
    doctors_book,
)
from lmlab.tasks.memorisation.extraction import Attempt, extract
from lmlab.tasks.memorisation.membership import (
    log_ratios,
    text_log_probs,
)
from lmlab.tasks.memorisation.recipe import public_model, train_by_dp_sgd, train_plainly
from lmlab.tasks.memorisation.sweep import (
    averaged,
    bench_privacy,
    private_run,
    shipped_runs,
    table,
)
from lmlab.tasks.roc import ROC, area_estimate, roc, roc_area

__all__ = [
    "ROC",
    "Attempt",
    "DoctorsBook",
    "Secret",
    "area_estimate",
    "as_rows",
    "averaged",
    "bench_privacy",
    "book_tokenizer",
    "code_log_probs",
    "doctors_book",
    "exposure",
    "exposures",
    "extract",
    "log_ratios",
    "private_run",
    "public_model",
    "roc",
    "roc_area",
    "secret_log_probs",
    "shipped_runs",
    "table",
    "text_log_probs",
    "train_by_dp_sgd",
    "train_plainly",
]
