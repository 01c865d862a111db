import io
from Bio import Align, SeqIO
from Bio.Seq import Seq
from Bio.Align import substitution_matrices
aligner = Align.PairwiseAligner()
aligner.substitution_matrix = substitution_matrices.load("BLOSUM62")
print(Seq("ATGGCC").translate(), aligner.score("KEVLA", "KSVLA"), len(list(SeqIO.parse(io.StringIO(">a\nACGT\n"), "fasta"))))
