"""Names that the real `d2l` has for its other chapters, in one version or another.

Facts about that package, so that nobody is sent from one chapter's trainer to
another's.
"""

NAMES = """
    AddNorm AdditiveAttention AttentionDecoder BERTEncoder BERTModel BPRLoss
    BananasDataset Benchmark BiRNN CTRDataset Classifier DataModule
    DotProductAttention EncoderBlock FashionMNIST GRU GRUScratch HingeLossbRec
    HyperParameters LSTM LSTMScratch LeNet LinearRegression LinearRegressionScratch
    MTFraEng MaskLM MaskedSoftmax Module MultiHeadAttention NextSentencePred
    PositionWiseFFN PositionalEncoding ProgressBoard RNN RNNLM RNNLMScratch
    RNNScratch RandomGenerator Residual SGD SNLIDataset Seq2Seq
    Seq2SeqAttentionDecoder SoftmaxRegression SyntheticRegressionData TextDataset
    TimeMachine TokenEmbedding TrainCallback Trainer TransformerDecoder
    TransformerDecoderBlock TransformerEncoder TransformerEncoderBlock VOCSegDataset
    VOC_CLASSES VOC_COLORMAP ViTBlock accuracy add_to_class annotate
    assign_anchor_to_bbox batch_dot batchify bbox_to_rect box_center_to_corner
    box_corner_to_center box_iou build_colormap2label copyfile corr2d cpu
    download_all evaluate_accuracy evaluate_accuracy_gpu evaluate_accuracy_gpus
    evaluate_ranking extract fit get_centers_and_contexts get_data_ch11
    get_dataloader_workers get_fashion_mnist_labels get_negatives
    get_tokens_and_segments gpu hit_and_auc init_cnn linreg load_data_bananas
    load_data_fashion_mnist load_data_imdb load_data_ml100k load_data_ptb
    load_data_snli load_data_voc load_data_wiki load_data_wiki2 load_pikachu
    masked_softmax multibox_detection multibox_prior multibox_target num_gpus
    offset_boxes offset_inverse predict_ch3 predict_sentiment predict_snli rbfkernel
    read_csv_labels read_data_bananas read_data_ml100k read_imdb read_ptb read_snli
    read_voc_images reorg_test reorg_train_valid resnet18 show_bboxes show_heatmaps
    show_images show_list_len_pair_hist show_trace_2d split_and_load
    split_and_load_ml100k split_batch squared_loss subsample subsampling
    synthetic_data train_2d train_batch_ch13 train_ch11 train_ch13 train_ch3
    train_ch5 train_ch6 train_ch7 train_concise_ch11 train_epoch_ch3 train_ranking
    train_recsys_rating transpose_output transpose_qkv update_D update_G
    voc_colormap2label voc_label_indices voc_rand_crop
"""
OTHER_CHAPTERS = frozenset(NAMES.split())
