"""Who and what stands in the doctor's book: three lists of names that share none, and remedies."""

PATIENTS = tuple(
    "Ada Anton Bella Bruno Carla Cyril Dora Egon Emil Fanny Fritz Greta Gustav Hanna Hugo Ines "
    "Jonas Judith Klara Leo Lukas Mila Moritz Nils Nora Olga Oskar Pablo Paula Quinn Rosa Rufus "
    "Samir Selma Tilda Tom Udo Vera Viola Willem Xenia Yara Zeno".split()
)
OWNERS = tuple(
    "Amir Bodil Chen Della Enzo Freya Gwen Haruki Irma Jarek Kofi Lilo Mateo Noor Otto Priya Ravi "
    "Sunna Tariq Uma Vito Wanda Xaver Yusuf Zora Arlo Bea Cleo Dina Ezra".split()
)
OTHER_PATIENTS = tuple(
    "Abel Agnes Albin Alma Astrid August Basil Berta Britta Casper Clara David Edda Edwin Elsa "
    "Erik Esther Fabian Felix Frida Georg Gerda Hedda Heinz Irene Ivo Jakob Jonna Karl Katja Linus "
    "Lotte Magda Martin Nadia Oleg Petra Ralf Rudolf Sonja Sven Tessa Ulla Victor Wilma".split()
)
HELPS = {
    "cough": ("honey", "thyme"),
    "fever": ("willow", "rest"),
    "burn": ("aloe", "butter"),
    "cold": ("ginger", "broth"),
    "cut": ("a bandage", "salve"),
    "headache": ("mint", "sleep"),
    "toothache": ("clove", "brandy"),
    "rash": ("oats", "camphor"),
    "sprain": ("ice", "a splint"),
    "sore throat": ("sage", "honey"),
}
"""What this doctor gives against what: first the usual, then the other. No advice to anyone."""
